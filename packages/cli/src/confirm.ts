import { createInterface } from "node:readline/promises";

export class Declined extends Error {}

/**
 * Asks before something is deleted, where somebody can answer. A script means what it says.
 *
 * @throws Declined unless the answer is yes
 */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes || !process.stdin.isTTY || !process.stdout.isTTY) return;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new Declined("Nothing was changed.");
  } finally {
    terminal.close();
  }
}
