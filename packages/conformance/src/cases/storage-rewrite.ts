import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { databaseUrl, withSaver } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import { itWithOfficial } from "../left-out.ts";
import type { Mode, Saver } from "../mode.ts";
import { readAll } from "../threads.ts";
import { storedBytes, text } from "./storage.ts";

const log = Array.from({ length: 60 }, (_, n) => ({ id: `${n}`, content: text(300) }));
const grown = (step: number) => ({ log: log.slice(0, 20 + step), small: step });

/** Values that are there, stored in the other form. */
export function storageRewriteCases(mode: Mode): void {
  if (mode.begin) return; // one transaction sees nothing of another
  describe(`${mode.name}: rewriting the storage`, () => {
    itWithOfficial(mode)(
      "stores values whole for the official saver, and shared again, and all read as before",
      () =>
        withSaver(mode, async (saver, schema) => {
          await putChain(saver, "1", 40, grown);
          await putChain(saver, "2", 3, grown);
          const before = await readAll(saver, "1");
          const shared = await storedBytes(saver, "1");

          await saver.setup({ storage: "full" });
          const progress: number[] = [];
          const done = await saver.rewriteStorage("full", {
            onProgress: ({ threads }) => progress.push(threads),
          });
          expect(done.threads).toBe(2);
          expect(done.values).toBeGreaterThan(38);
          expect(progress).toEqual([1, 2]);
          expect(await storedBytes(saver, "1")).toBeGreaterThan(5 * shared);
          expect(await readAll(saver, "1")).toEqual(before);
          const official = PostgresSaver.fromConnString(databaseUrl(), { schema });
          const read = await collect(official.list(thread("1"))).finally(() => official.end());
          expect(read.map(({ checkpoint }) => checkpoint.channel_values.log)).toEqual(
            read.map((_, n) => log.slice(0, 59 - n)),
          );
          expect(await saver.rewriteStorage("full")).toMatchObject({ values: 0 });

          await saver.setup({ storage: "incremental" });
          expect((await saver.rewriteStorage("incremental", { threadIds: ["1"] })).values).toBe(39);
          expect(await readAll(saver, "1")).toEqual(before);
          expect(await storedBytes(saver, "1")).toBeLessThan(shared * 1.1);
          expect(await collect(saver.verify())).toEqual([]);
          expect(await saver.rewriteStorage("incremental", { threadIds: ["1"] })).toMatchObject({
            values: 0,
          });
        }),
    );

    itWithOfficial(mode)(
      "makes bytes within values readable for the official saver, of small values too",
      () =>
        withSaver(mode, async (saver, schema) => {
          const small = (step: number) => ({ data: Uint8Array.of(step, 255) });
          const large = (step: number) => ({ data: new Uint8Array(2000).fill(step), step });
          const values = (step: number) => ({ small: small(step), large: large(step) });
          await putChain(saver, "1", 3, values);
          await saver.setup({ storage: "full" });
          expect((await saver.rewriteStorage("full")).values).toBe(6);
          expect(await saver.rewriteStorage("full")).toMatchObject({ values: 0 });
          const official = PostgresSaver.fromConnString(databaseUrl(), { schema });
          const read = await collect(official.list(thread("1"))).finally(() => official.end());
          const expected = [2, 1, 0].map(values);
          expect(read.map(({ checkpoint }) => checkpoint.channel_values)).toEqual(expected);
          expect((await saver.getTuple(thread("1")))?.checkpoint.channel_values).toEqual(values(2));
        }),
    );

    it("is noticed by those who remember the other form", () =>
      withSaver(mode, async (a, schema) => {
        const { saver: b, close } = await mode.open(databaseUrl(), { schema });
        const configs = await putChain(a, "1", 4, grown);
        const parent = configs.at(-1) ?? {};
        await a.getTuple(parent);
        await b.rewriteStorage("full").finally(close);
        // Refers to the parts only, and brings none.
        const shorter = { log: log.slice(0, 21) };
        const next = checkpoint(shorter);
        await a.put(parent, next, METADATA, next.channel_versions);
        const again = checkpoint(grown(5));
        const config = {
          configurable: { ...thread("1").configurable, checkpoint_ns: "", checkpoint_id: next.id },
        };
        await a.put(config, again, METADATA, again.channel_versions);
        const listed = await collect(a.list(thread("1")));
        expect(listed.map((tuple) => tuple.checkpoint.channel_values.log)).toEqual([
          ...[grown(5).log, shorter.log],
          ...[3, 2, 1, 0].map((step) => grown(step).log),
        ]);
        expect(await collect(a.verify())).toEqual([]);
      }));

    it("goes on while a conversation does, in both directions", () =>
      withSaver(mode, async (a, schema) => {
        const { saver: b, close } = await mode.open(databaseUrl(), { schema });
        let done = false;
        const talk = async () => {
          await putChain(a, "1", 40, grown).finally(() => {
            done = true;
          });
        };
        const rewrite = async () => {
          while (!done) {
            await b.rewriteStorage("full");
            await b.rewriteStorage("incremental");
          }
        };
        await Promise.all([talk(), rewrite()]).finally(close);
        const listed = await collect(a.list(thread("1")));
        expect(listed.map((tuple) => tuple.checkpoint.channel_values)).toEqual(
          listed.map((_, n) => grown(39 - n)),
        );
        expect(damagesOf(await collect(a.verify()))).toEqual([]);
      }));

    it("loses nothing where threads are pruned and swept meanwhile", () =>
      withSaver(mode, async (a, schema) => {
        const { saver: b, close } = await mode.open(databaseUrl(), { schema });
        let running = 2;
        const talk = async (id: string) => {
          await putChain(a, id, 60, (step) => ({ log: log.slice(step % 7, 20 + (step % 40)) }));
          running -= 1;
        };
        const remove = async () => {
          while (running > 0) {
            await b.prune(["1", "2"], { strategy: "keep_latest", keepLast: 3 });
            await b.sweep({ keepLast: 2 });
          }
        };
        await Promise.all([talk("1"), talk("2"), remove()]).finally(close);
        for (const id of ["1", "2"]) {
          const kept = await collect(a.list(thread(id)));
          expect(kept.length).toBeGreaterThan(1);
          for (const { metadata, checkpoint } of kept) {
            const { step = 0 } = metadata ?? {};
            expect(checkpoint.channel_values.log).toEqual(log.slice(step % 7, 20 + (step % 40)));
          }
        }
        expect(damagesOf(await collect(a.verify({ repair: true })))).toEqual([]);
        expect(await collect(a.verify())).toEqual([]);
      }));

    it("refuses what is no storage", () =>
      withSaver(mode, async (saver) => {
        await expect(saver.rewriteStorage("all" as never)).rejects.toThrow(
          /"incremental" or "full"/,
        );
        await expect(saver.setup({ storage: "all" as never })).rejects.toThrow(
          /"incremental" or "full"/,
        );
      }));
  });
}

/** Orphans may be left by a put that was refused; they are not damage. */
const damagesOf = (found: Awaited<ReturnType<typeof collect<ThreadProblems>>>) =>
  found.flatMap(({ problems }) => problems).filter(({ kind }) => kind !== "orphans");

type ThreadProblems = Awaited<ReturnType<ReturnType<Saver["verify"]>["next"]>>["value"];
