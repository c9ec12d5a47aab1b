import { Argument, Command } from "commander";
import { print, printJson } from "../output.ts";
import { withProgress } from "../progress.ts";
import { globalsOf, Session } from "../session.ts";
import { requireThreads } from "../threads.ts";
import { number } from "../units.ts";

type Storage = "incremental" | "full";

const MEANING: Readonly<Record<Storage, string>> = {
  incremental: "each version is stored as what it adds to the one before it",
  full: "each version is stored with all of its bytes, as the official savers read them",
};

export const storageCommand = (signal: AbortSignal): Command =>
  new Command("storage")
    .description("show or change how values are stored; both forms are always readable")
    .addArgument(
      new Argument("[storage]", "how to store values from now on").choices(["incremental", "full"]),
    )
    .action(async (storage: Storage | undefined, _, command: Command) => {
      const globals = globalsOf(command);
      await using session = new Session(globals);
      if (storage !== undefined) await session.saver.setup({ storage });
      const status = await storageOf(session);
      if (globals.json) printJson(status);
      else {
        print(`Storage is "${status.storage}": ${MEANING[status.storage]}.`);
        print(
          `${number(status.incremental)} values are incremental, ${number(status.full)} are full.`,
        );
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
          `Stored ${number(done.values)} values of ${number(done.threads)} threads ${storage === "full" ? "in full" : "incrementally"}.`,
        );
    });

/** How values are stored from now on, and how many are stored how: two statements, as on Citus they go to other nodes. */
async function storageOf(session: Session) {
  const [setting] = await session.rows<{ storage: Storage }>(
    `SELECT CASE WHEN value IN ('incremental', 'shared') THEN 'incremental' ELSE 'full' END AS storage
     FROM ${session.table("waypost_settings")} WHERE name = 'storage'`,
  );
  const [counts] = await session.rows<{ incremental: number; full: number }>(
    `SELECT count(segments)::float8 AS incremental, (count(blob) - count(segments))::float8 AS "full"
     FROM ${session.table("checkpoint_blobs")}`,
  );
  return {
    storage: setting?.storage ?? "full",
    incremental: counts?.incremental ?? 0,
    full: counts?.full ?? 0,
  };
}
