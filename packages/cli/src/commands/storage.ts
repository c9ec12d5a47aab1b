import { Argument, Command } from "commander";
import { number, print, printJson } from "../output.ts";
import { withProgress } from "../progress.ts";
import { globalsOf, Session } from "../session.ts";
import { requireThreads } from "../threads.ts";

type Storage = "shared" | "whole";

const MEANING: Readonly<Record<Storage, string>> = {
  shared: "a value stores what the version before it does not have",
  whole: "every value is stored whole, as the official savers read them",
};

export const storageCommand = (signal: AbortSignal): Command =>
  new Command("storage")
    .description("show or change how values are stored; both forms are always readable")
    .addArgument(
      new Argument("[storage]", "how to store values from now on").choices(["shared", "whole"]),
    )
    .action(async (storage: Storage | undefined, _, command: Command) => {
      const globals = globalsOf(command);
      await using session = new Session(globals);
      if (storage !== undefined) await session.saver.setup({ storage });
      const status = await storageOf(session);
      if (globals.json) printJson(status);
      else {
        print(`Storage is "${status.storage}": ${MEANING[status.storage]}.`);
        print(`${number(status.shared)} values are shared, ${number(status.whole)} are whole.`);
      }
    })
    .addCommand(rewriteCommand(signal));

const rewriteCommand = (signal: AbortSignal): Command =>
  new Command("rewrite")
    .description("store the values that are there as the storage is set, while threads are in use")
    .argument("[thread...]", "only these threads")
    .action(async (threads: string[], _, command: Command) => {
      const globals = globalsOf(command);
      await using session = new Session(globals);
      await requireThreads(session, threads);
      const { storage } = await storageOf(session);
      const threadIds = threads.length > 0 ? threads : undefined;
      const done = await withProgress("Rewriting", (update) =>
        session.saver.rewriteStorage(storage, {
          ...{ threadIds, signal },
          onProgress: (soFar) => update(`${number(soFar.threads)} threads`),
        }),
      );
      if (globals.json) printJson({ storage, ...done });
      else
        print(
          `Stored ${number(done.values)} values of ${number(done.threads)} threads ${storage}.`,
        );
    });

/** How values are stored from now on, and how many are stored how. */
async function storageOf(session: Session) {
  const [row] = await session.rows<{ storage: Storage; shared: number; whole: number }>(
    `SELECT (SELECT value FROM ${session.table("waypost_settings")} WHERE name = 'storage') AS storage,
       count(segments)::float8 AS shared, (count(blob) - count(segments))::float8 AS whole
     FROM ${session.table("checkpoint_blobs")}`,
  );
  return row ?? { storage: "whole" as const, shared: 0, whole: 0 };
}
