import { setTimeout as wait } from "node:timers/promises";
import type { Saver } from "@waypost/conformance";
import { chainGraph, thread } from "@waypost/conformance/graphs";

/** What graphs did, and which errors their callers saw. */
export class Tally {
  turns = 0;
  /** Errors that ended an invocation, by code. */
  readonly failures = new Map<string, number>();

  fail(error: unknown): void {
    const { code, message } = error as { code?: string; message?: string };
    const key = code ?? message ?? String(error);
    this.failures.set(key, (this.failures.get(key) ?? 0) + 1);
  }
}

/**
 * Brings a turn to its end as an application does: after an error it looks at what is stored, and goes
 * on from there.
 */
async function completeTurn(saver: Saver, id: string, text: string, tally: Tally): Promise<void> {
  const graph = chainGraph(saver);
  const config = thread(id);
  for (let failed = false; ; ) {
    try {
      if (!failed) await graph.invoke({ log: [text] }, config);
      else {
        const { tasks, values } = await graph.getState(config);
        // Not `next`, which leaves out tasks whose writes are stored and the checkpoint after them is not.
        if (tasks.length > 0) await graph.invoke(null, config);
        else if (!values.log?.includes(text)) await graph.invoke({ log: [text] }, config);
      }
      tally.turns += 1;
      return;
    } catch (error) {
      tally.fail(error);
      failed = true;
      await wait(50);
    }
  }
}

/**
 * Takes turns on one thread.
 *
 * @param done asked after each turn
 * @returns how many turns it took
 */
export async function talk(
  saver: Saver,
  id: string,
  tally: Tally,
  done: (turns: number) => boolean,
): Promise<number> {
  for (let turn = 0; ; turn++) {
    await completeTurn(saver, id, `${turn}`, tally);
    if (done(turn + 1)) return turn + 1;
  }
}

/** What the log of a thread holds after so many turns. */
export const logAfter = (turns: number): string[] =>
  Array.from({ length: turns }, (_, turn) => [`${turn}`, "a", "b"]).flat();
