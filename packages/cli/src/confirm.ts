import { createInterface } from "node:readline/promises";
import { shown } from "@waypost/core/adapter";
import { printable, time } from "./output.ts";
import { number } from "./units.ts";

export class Declined extends Error {}

/** There is nobody to ask: a script says beforehand that it means what it says. */
export class Unconfirmed extends Error {}

/**
 * Asks before something is removed or replaced, on standard error, as the result is on the other.
 *
 * @param question what goes, and from which database
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
  // Ctrl-D ends the input, and no answer comes. Ctrl-C is a key here, as long as the terminal is read.
  const ended = new AbortController();
  terminal.once("close", () => ended.abort());
  terminal.once("SIGINT", () => {
    process.kill(process.pid, "SIGINT");
    terminal.close();
  });
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: ended.signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw new Declined("Nothing was changed.");
  } catch (error) {
    if (!ended.signal.aborted) throw error;
    process.stderr.write("\n");
    throw new Declined("Nothing was changed.");
  } finally {
    terminal.close();
  }
}

/** Names that a question lists; of more it says how many. */
const LISTED = 5;

/** What goes, by name: `thread "1"`, or `7 threads ("1", "2", "3", "4", "5", …)`. */
export function listed(noun: string, ids: readonly string[]): string {
  const quoted = (id: string) => `"${printable(shown(id))}"`;
  if (ids.length === 1) return `${noun} ${quoted(ids[0] as string)}`;
  const names = ids.slice(0, LISTED).map(quoted).join(", ");
  return `${ids.length} ${noun}s (${names}${ids.length > LISTED ? ", …" : ""})`;
}

interface Limits {
  readonly keepLast?: number;
  readonly olderThan?: Date;
}

/** The checkpoints that may go. */
export function old({ keepLast, olderThan }: Limits): string {
  const before = olderThan === undefined ? "" : ` from before ${time(olderThan)}`;
  if (keepLast === undefined && olderThan !== undefined) return `checkpoints${before}`;
  const newest =
    keepLast === undefined || keepLast === 1 ? "the newest" : `the newest ${number(keepLast)}`;
  return `all checkpoints${before} but ${newest} of each namespace`;
}
