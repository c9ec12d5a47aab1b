import { compress, encrypt, InvalidInputError, serializer, setupScript } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { putChain } from "../checkpoints.ts";
import { urlOf, withSaver } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { rowsOf } from "../threads.ts";

/** Options of savers, and what the error must say. */
const SAVER_OPTIONS: [object, string | RegExp][] = [
  [{ shema: "agents" }, '"shema" is no option of the saver. Did you mean "schema"?'],
  [{ serializer: serializer() }, 'Did you mean "serde"?'],
  [{ schema: "agents", timeOut: 1 }, 'Did you mean "timeout"?'],
  [
    { quite_another: 1 },
    /^"quite_another" is no option of the saver\. Its options are "schema", "serde"/,
  ],
  [{ retry: { retries: 3 } }, '"retries" is no option of "retry"'],
  [{ retention: { olderThan: new Date() } }, "Did you mean maxAge"],
  [{ retention: { keepLast: 1, max_age: 1 } }, 'Did you mean "maxAge"?'],
];

type Call = (saver: Saver, options: never) => Promise<unknown>;

/** An option that each method does not have, and what the error must say. */
const METHODS: [string, Call, object, string][] = [
  ["setup", (saver, o) => saver.setup(o), { partition: 4 }, '"partitions"'],
  ["list", (saver, o) => collect(saver.list(thread("1"), o)), { limits: 1 }, '"limit"'],
  ["listThreads", (saver, o) => saver.listThreads(o), { updatedbefore: 1 }, '"updatedBefore"'],
  ["deleteThreads", (saver, o) => saver.deleteThreads(o), { threads: ["1"] }, '"threadIds"'],
  ["copyThread", (saver, o) => saver.copyThread("1", "2", o), { overWrite: true }, '"overwrite"'],
  ["threadLock", (saver, o) => saver.threadLock("1", o), { waits: false }, '"wait"'],
  ["prune", (saver, o) => saver.prune(["1"], o), { keepLast: 1, dryrun: true }, '"dryRun"'],
  ["prune", (saver, o) => saver.prune(["1"], o), { maxAge: 1 }, "olderThan: new Date("],
  ["sweep", (saver, o) => saver.sweep(o), { keepLast: 1, dry_run: true }, '"dryRun"'],
  ["verify", (saver, o) => collect(saver.verify(o)), { repairs: true }, '"repair"'],
  [
    "rewriteStorage",
    (saver, o) => saver.rewriteStorage("full", o),
    { threadIDs: ["1"] },
    '"threadIds"',
  ],
];

/** Calls without a connection. */
const FUNCTIONS: [string, () => unknown, string][] = [
  ["serializer()", () => serializer({ unsuported: "drop" } as object), '"unsupported"'],
  ["compress()", () => compress(serializer(), { maxsize: 1 } as object), '"maxSize"'],
  ["encrypt()", () => encrypt(serializer(), { key: [] } as never), '"keys"'],
  ["setupScript", () => setupScript("public", { partition: 2 } as object), '"partitions"'],
];

/** Options of maintenance, each of the wrong kind. */
const CALLBACKS: [string, Call][] = [
  ["sweep", (saver) => saver.sweep({ keepLast: 1, onProgress: 1 as never })],
  ["rewriteStorage", (saver) => saver.rewriteStorage("full", { onProgress: 1 as never })],
];

export function optionCases(mode: Mode): void {
  describe(`${mode.name}: an unknown option`, () => {
    it.each(SAVER_OPTIONS)("%o is refused before it connects", async (options, said) => {
      const opened = mode.open(urlOf(mode), options);
      await expect(opened).rejects.toThrow(said);
      await expect(opened).rejects.toBeInstanceOf(InvalidInputError);
    });

    it.each(METHODS)("of %s is refused before anything is done", (name, call, options, said) =>
      withSaver(mode, async (saver) => {
        await putChain(saver, "1", 3, (step) => ({ step }));
        const error = await call(saver, options as never).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(InvalidInputError);
        const [key] = Object.keys(options).slice(-1);
        expect((error as Error).message).toContain(
          `"${key}" is no option of ${name}. Did you mean ${said}`,
        );
        expect(await rowsOf(saver, "1")).toMatchObject({ checkpoints: 3 });
      }),
    );

    it.each(CALLBACKS)("%s refuses an onProgress that can't be called", (_, call) =>
      withSaver(mode, async (saver) => {
        await expect(call(saver, {} as never)).rejects.toThrow('"onProgress" must be a function.');
      }),
    );

    it.each(FUNCTIONS)("of %s is refused", (name, call, said) => {
      expect(call).toThrow(`is no option of ${name}. Did you mean ${said}?`);
    });
  });
}
