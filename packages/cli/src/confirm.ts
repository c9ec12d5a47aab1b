import { createInterface } from "node:readline/promises";

export class Declined extends Error {}

/** There is nobody to ask: a script says beforehand that it means what it says. */
export class Unconfirmed extends Error {}

/**
 * Asks before something is removed or replaced, on standard error, as the result is on the other.
 *
 * @throws Declined unless the answer is yes @throws Unconfirmed where nobody can answer
 */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new Unconfirmed(
      `error: ${question} There is no terminal to ask in; pass --yes. Nothing was changed.`,
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new Declined("Nothing was changed.");
  } finally {
    terminal.close();
  }
}
