import { HumanMessage } from "@langchain/core/messages";
import type { CheckpointMetadata } from "@langchain/langgraph-checkpoint";
import { SerializationError, type Serializer, serializer } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { withSaver } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { SAMPLES } from "../samples/index.ts";

const values = Object.fromEntries(SAMPLES.map(({ kind, value }) => [kind, value]));
const expected = SAMPLES.map(({ kind, value, ...sample }) => [
  kind,
  "readsAs" in sample ? sample.readsAs : value,
]);

/** Stores `[type, bytes]` as they are, and reads like the default. */
function damaging(): Serializer {
  const plain = serializer();
  return {
    jsonIsText: true,
    dumpsTyped: async (row) => row as [string, Uint8Array],
    loadsTyped: (type, data) => plain.loadsTyped(type, data),
  };
}

const bytes = (...codes: number[]) => Uint8Array.from(codes);
const text = (json: string) => new TextEncoder().encode(json);

/** What a value is made of arrives as it was, or is refused before anything is written. */
export function valueCases(mode: Mode): void {
  describe(`${mode.name}: values`, () => {
    it("of every kind come back equal, as channels, as writes, in lists", () =>
      withSaver(mode, async (saver) => {
        const stored = checkpoint(values);
        const config = await saver.put(thread("1"), stored, METADATA, stored.channel_versions);
        await saver.putWrites(config, Object.entries(values), "task");
        const [listed] = await collect(saver.list(thread("1")));
        for (const tuple of [await saver.getTuple(thread("1")), listed]) {
          const read = tuple?.checkpoint.channel_values ?? {};
          const writes = Object.fromEntries(
            (tuple?.pendingWrites ?? []).map(([, channel, value]) => [channel, value]),
          );
          for (const [kind, value] of expected) {
            expect(withoutGiven(read[kind as string])).toEqual(withoutGiven(value));
            expect(withoutGiven(writes[kind as string])).toEqual(withoutGiven(value));
          }
        }
      }));

    it("that can't be stored are refused with channel and path, and nothing is written", () =>
      withSaver(mode, async (saver) => {
        const messages = [new HumanMessage("a"), message({ tool: { run() {} } })];
        const refused = checkpoint({ fine: 1, messages });
        const put = saver.put(thread("1"), refused, METADATA, refused.channel_versions);
        await expect(put).rejects.toThrow(SerializationError);
        await expect(put).rejects.toThrow(
          'channel "messages". value[1].additional_kwargs.tool.run is a function',
        );
        expect(await saver.getTuple(thread("1"))).toBeUndefined();

        const [config = {}] = await putChain(saver, "1", 1, () => ({}));
        const writes = saver.putWrites(
          config,
          [
            ["a", 1],
            ["b", Symbol("s")],
          ],
          "task",
        );
        await expect(writes).rejects.toThrow('channel "b". value is a symbol');
        const odd = { ...METADATA, by: new (class User {})() } as CheckpointMetadata;
        await expect(saver.put(config, checkpoint({}), odd, {})).rejects.toThrow(
          "metadata. metadata.by is an object of class User",
        );
        const [only, ...others] = await collect(saver.list(thread("1")));
        expect(only?.pendingWrites).toEqual([]);
        expect(others).toEqual([]);
      }));

    it("of metadata come back equal, and can be filtered by", () =>
      withSaver(mode, async (saver) => {
        const at = new Date(1e12);
        const metadata = { ...METADATA, at, big: 2n ** 70n, tags: new Set(["a"]), zero: -0 };
        await saver.put(thread("1"), checkpoint({}), metadata as CheckpointMetadata, {});
        expect((await saver.getTuple(thread("1")))?.metadata).toEqual(metadata);
        const count = async (filter: Record<string, unknown>) =>
          (await collect(saver.list(thread("1"), { filter }))).length;
        expect(await count({ at, big: 2n ** 70n })).toBe(1);
        expect(await count({ at: new Date(0) })).toBe(0);
      }));

    it.each<[string, [string, Uint8Array]]>([
      ["cut off", ["json", text('{"a":')]],
      ["not UTF-8", ["json", bytes(34, 0xff, 34)]],
      ["UTF-8 cut off", ["json", bytes(34, 0xe2, 0x82)]],
      ["of an unknown type", ["yaml", text("a: 1")]],
      ["pickled", ["pickle", bytes(0x80, 4, 75, 1, 46)]],
    ])("that are %s are an error that names thread, checkpoint and channel", (kind, row) =>
      withSaver(
        mode,
        async (saver) => {
          const stored = checkpoint({ fine: ["json", text("1")], broken: row });
          const config = await saver.put(thread("t"), stored, METADATA, stored.channel_versions);
          const reads: [string, () => Promise<unknown>][] = [
            ["getTuple", () => saver.getTuple(thread("t"))],
            ["list", () => collect(saver.list(thread("t")))],
          ];
          for (const [, read] of reads) {
            const error = (await read().catch((e: unknown) => e)) as Error;
            // A transaction is over with the server's own error, and what it failed at can't be read again.
            if (mode.begin && kind.includes("UTF-8")) {
              expect(error).toMatchObject({ code: "22021" });
              return;
            }
            expect(error).toBeInstanceOf(SerializationError);
            expect(error.message).toContain(
              `channel "broken" of checkpoint "${config.configurable?.checkpoint_id}" in thread "t"`,
            );
          }
        },
        { serde: damaging() },
      ),
    );

    it("of a graph's state, a history of them and a fork keep their kinds", () =>
      withSaver(mode, async (saver) => {
        const configs = await putChain(saver, "1", 3, (step) => ({
          at: new Date(step),
          step: BigInt(step),
        }));
        const read = (config: Parameters<Saver["getTuple"]>[0]) => saver.getTuple(config);
        for (const [step, config] of configs.entries()) {
          expect((await read(config))?.checkpoint.channel_values).toEqual({
            at: new Date(step),
            step: BigInt(step),
          });
        }
      }));
  });
}

const message = (fields: Record<string, unknown>) =>
  new HumanMessage({ content: "", additional_kwargs: fields });

/** A message without what its constructor was once given, which is no field of it. */
function withoutGiven(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("lc_kwargs" in value)) return value;
  return { ...value, lc_kwargs: undefined };
}
