import { randomBytes } from "node:crypto";
import { encrypt, type SaverOptions, serializer } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { urlOf, withSaver } from "../database.ts";
import { chainGraph, collect, thread } from "../graphs.ts";
import type { Mode } from "../mode.ts";

const KEYS = [{ id: "1", key: randomBytes(32) }];

export function concurrencyCases(mode: Mode): void {
  // Another connection sees nothing of what an open transaction wrote.
  const itAcross = mode.begin ? () => {} : it;

  describe(`${mode.name}: concurrency`, () => {
    it("runs many threads at once over one saver", () =>
      withSaver(mode, async (saver) => {
        const graph = chainGraph(saver);
        const runs = Array.from({ length: 24 }, (_, i) =>
          graph.invoke({ log: [`in ${i}`] }, thread(`${i}`)),
        );
        const logs = (await Promise.all(runs)).map(({ log }) => log);
        expect(logs).toEqual(logs.map((_, i) => [`in ${i}`, "a", "b"]));
        for (const i of logs.keys()) {
          expect((await graph.getState(thread(`${i}`))).values.log).toEqual(logs[i]);
        }
      }));

    itAcross("writers that name channels in opposite order never deadlock", () =>
      withSaver(mode, async (saver, schema) => {
        const other = await mode.open(urlOf(mode), { schema });
        const names = Array.from({ length: 50 }, (_, i) => `channel ${i}`);
        const valuesOf = (order: string[]) => Object.fromEntries(order.map((n) => [n, n]));
        for (let round = 1; round <= 20; round++) {
          const versions = Object.fromEntries(names.map((name) => [name, round]));
          await Promise.all(
            [saver, other.saver].map((writer, i) => {
              const order = i === 0 ? names : [...names].reverse();
              const newVersions = Object.fromEntries(order.map((name) => [name, round]));
              const stored = checkpoint(valuesOf(order), versions);
              return writer.put(thread("1"), stored, METADATA, newVersions);
            }),
          );
        }
        await other.close();
        expect(await collect(saver.list(thread("1")))).toHaveLength(40);
      }),
    );

    it("keeps the first of two equal writes, and the last of two answers", () =>
      withSaver(mode, async (saver) => {
        const config = await saver.put(thread("1"), checkpoint({}), METADATA, {});
        for (const value of ["first", "second"]) {
          await saver.putWrites(
            config,
            [
              ["log", value],
              ["__error__", value],
            ],
            "task",
            "~path",
          );
        }
        expect((await saver.getTuple(config))?.pendingWrites).toEqual([
          ["task", "__error__", "second"],
          ["task", "log", "first"],
        ]);
      }));

    it("keeps the last where one call answers twice", () =>
      withSaver(mode, async (saver) => {
        const config = await saver.put(thread("1"), checkpoint({}), METADATA, {});
        await saver.putWrites(
          config,
          [
            ["__resume__", 1],
            ["__resume__", 2],
          ],
          "task",
        );
        expect((await saver.getTuple(config))?.pendingWrites).toEqual([["task", "__resume__", 2]]);
      }));

    it("takes writes that arrive before their checkpoint", () =>
      withSaver(mode, async (saver) => {
        const later = checkpoint({});
        const config = {
          configurable: { thread_id: "1", checkpoint_ns: "", checkpoint_id: later.id },
        };
        await saver.putWrites(config, [["log", 1]], "task");
        await saver.put(thread("1"), later, METADATA, {});
        expect((await saver.getTuple(config))?.pendingWrites).toEqual([["task", "log", 1]]);
      }));

    it("orders writes by path, task and index, strings by code point", () =>
      withSaver(mode, async (saver) => {
        const config = await saver.put(thread("1"), checkpoint({}), METADATA, {});
        // In a linguistic order "a" stands before "B", and U+1F986 before U+FFFD in UTF-16.
        const paths = ["", "B", "a", "~1", "\ufffd", "\u{1f986}"];
        for (const path of [...paths].reverse()) {
          for (const task of ["t2", "T1"]) {
            await saver.putWrites(
              config,
              [
                ["log", path],
                ["log", path],
              ],
              `${path} ${task}`,
              path,
            );
          }
        }
        const written = (await saver.getTuple(config))?.pendingWrites ?? [];
        expect(written.map(([task]) => task)).toEqual(
          paths.flatMap((p) => [`${p} T1`, `${p} T1`, `${p} t2`, `${p} t2`]),
        );
      }));

    it("stores a checkpoint as it was when put was called, whatever becomes of it meanwhile", () =>
      withSaver(mode, async (saver) => {
        const passed = checkpoint({ log: ["a"] });
        const expected = structuredClone(passed);
        const metadata = { ...METADATA };
        const stored = saver.put(thread("1"), passed, metadata, passed.channel_versions);
        passed.channel_versions.log = 99;
        passed.channel_values.log = ["changed"];
        passed.id = "changed";
        metadata.step = 99;
        await stored;
        const tuple = await saver.getTuple(thread("1"));
        expect(tuple?.checkpoint).toEqual(expected);
        expect(tuple?.metadata).toEqual(METADATA);
      }));

    it.each<[string, SaverOptions]>([
      ["whose parent is gone", {}],
      ["whose parent is gone, of a saver that remembers nothing", { cacheBytes: 0 }],
      ["whose parent is gone, encrypted", { serde: encrypt(serializer(), { keys: KEYS }) }],
    ])("stores one %s as it was when put was called", (_, options) =>
      withSaver(
        mode,
        async (saver) => {
          const [small, large] = [["small"], ["large".repeat(1000)]];
          const first = checkpoint({ small, large, step: 1 });
          const config = await saver.put(thread("1"), first, METADATA, first.channel_versions);
          await saver.deleteThread("1");
          const step = saver.getNextVersion(1);
          const next = checkpoint({ small, large, step: 2 }, { ...first.channel_versions, step });
          const expected = structuredClone(next.channel_values);
          const stored = saver.put(config, next, METADATA, { step });
          small.push("changed");
          large.push("changed");
          await stored;
          const found = await saver.getTuple(thread("1"));
          expect(found?.checkpoint.channel_values).toEqual(expected);
        },
        options,
      ),
    );

    it("stores a copy as it was when put was called", () =>
      withSaver(mode, async (saver) => {
        const list = ["as passed"];
        const first = checkpoint({ list });
        const config = await saver.put(thread("1"), first, METADATA, first.channel_versions);
        await saver.deleteThread("1");
        const copy = { ...first, id: checkpoint({}).id };
        const stored = saver.put(config, copy, { ...METADATA, source: "fork" }, {});
        list.push("changed");
        await stored;
        const found = await saver.getTuple(thread("1"));
        expect(found?.checkpoint.channel_values).toEqual({ list: ["as passed"] });
      }));

    it("puts the same checkpoint twice as once", () =>
      withSaver(mode, async (saver) => {
        const stored = checkpoint({ log: ["a"] });
        for (let i = 0; i < 2; i++) {
          await saver.put(thread("1"), stored, METADATA, stored.channel_versions);
        }
        const tuples = await collect(saver.list(thread("1")));
        expect(tuples.map((tuple) => tuple.checkpoint)).toEqual([stored]);
      }));

    it("ends where damaged data has a checkpoint as its own ancestor", () =>
      withSaver(mode, async (saver) => {
        const first = checkpoint({});
        const config = {
          configurable: { thread_id: "1", checkpoint_ns: "", checkpoint_id: first.id },
        };
        await saver.put(config, first, METADATA, {});
        await saver.putWrites(config, [["log", 1]], "task");
        const history = await saver.getDeltaChannelHistory({ config, channels: ["log"] });
        expect(history).toEqual({ log: { writes: [["task", "log", 1]] } });
        const configs = await putChain(saver, "2", 7, () => ({}));
        for (const [n, one] of configs.entries()) await saver.putWrites(one, [["log", n]], "task");
        const [root, last] = [configs[1] ?? {}, configs[6] ?? {}];
        const { checkpoint: again } = (await saver.getTuple(root)) ?? { checkpoint: first };
        await saver.put(last, again, METADATA, {}); // now the last is the parent of the second
        const round = await saver.getDeltaChannelHistory({ config: last, channels: ["log"] });
        expect(round.log?.writes.map(([, , n]) => n)).toEqual([6, 1, 2, 3, 4, 5]);
      }));
  });
}
