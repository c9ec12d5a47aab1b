import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { JsonPlusSerializer, type SerializerProtocol } from "@langchain/langgraph-checkpoint";
import { compress, encrypt, type Place, type Serializer, serializer } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { withSaver } from "../database.ts";
import { approvalGraph, collect, deltaGraph, nestedGraph, resumeWith, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { BRANCH_CHECKS } from "./branches.ts";

const plain = serializer();
const key = (id: string) => ({ id, key: randomBytes(32) });
const FIRST = key("first");
const SECOND = key("second");

const WRAPPED: [string, () => Serializer][] = [
  ["compressed", () => compress(plain, { threshold: 0 })],
  ["encrypted", () => encrypt(plain, { keys: [FIRST] })],
  ["compressed and encrypted", () => encrypt(compress(plain), { keys: [FIRST] })],
];

/** Stores the place beside each value, and reads the value in that place only. */
class PlacedSerializer extends JsonPlusSerializer implements Serializer {
  override dumpsTyped(value: unknown, place?: Place): Promise<[string, Uint8Array]> {
    return super.dumpsTyped({ value, place });
  }

  override async loadsTyped(type: string, data: Uint8Array | string, place?: Place) {
    const stored = await super.loadsTyped(type, data);
    if (place === undefined || !isDeepStrictEqual(stored.place, place)) {
      throw new Error(
        `stored at ${JSON.stringify(stored.place)}, read at ${JSON.stringify(place)}`,
      );
    }
    return stored.value;
  }
}

/** Shows rows as they are stored, `[type, bytes]`, and stores such pairs as they are. */
const RAW: SerializerProtocol = {
  dumpsTyped: async (row) => row,
  loadsTyped: async (type, data) => [type, Buffer.from(data as Uint8Array)],
};

/** Hands over to another serializer, which a test may change meanwhile. */
class Exchangeable implements Serializer {
  current: Serializer;

  constructor(current: Serializer) {
    this.current = current;
  }

  dumpsTyped(value: unknown, place?: Place) {
    return this.current.dumpsTyped(value, place);
  }

  loadsTyped(type: string, data: Uint8Array | string, place?: Place) {
    return this.current.loadsTyped(type, data, place);
  }
}

/** All the ways by which LangGraph makes a saver write and read values. */
async function useEverything(saver: Saver): Promise<void> {
  for (const check of Object.values(BRANCH_CHECKS)) await check(saver);
  await approvalGraph(saver).invoke({ log: [] }, thread("ask"));
  const done = await approvalGraph(saver).invoke(resumeWith("yes"), thread("ask"));
  expect([...done.log].sort()).toEqual(["answer: yes", "before", "beside"]);
  await nestedGraph(saver).invoke({ log: ["in"] }, thread("nest"));
  const delta = deltaGraph(saver, 3);
  for (const log of [["one"], ["two"], ["three"]]) await delta.invoke({ log }, thread("delta"));
  const history = await collect(delta.getStateHistory(thread("delta")));
  expect(history[0]?.values.log).toHaveLength(6);
  const fork = await delta.updateState(history[4]?.config ?? {}, { log: ["FORK"] });
  expect((await delta.getState(fork)).values.log).toContain("FORK");
  for (const tuple of await collect(saver.list({ configurable: {} }))) {
    expect(tuple).toEqual(await saver.getTuple(tuple.config));
  }
}

async function readsSendsOfTheFirstFormat(saver: Saver): Promise<void> {
  const parent = await saver.put(thread("old"), { ...checkpoint({}), v: 1 }, METADATA, {});
  await saver.putWrites(parent, [["__pregel_tasks", "send"]], "task");
  await saver.put(parent, { ...checkpoint({}), v: 1 }, METADATA, {});
  const read = await saver.getTuple(thread("old"));
  expect(read?.checkpoint.channel_values).toEqual({ __pregel_tasks: ["send"] });
}

/** What stands between values and rows: told the place of each row, and wrapped in others. */
export function serializerCases(mode: Mode): void {
  describe(`${mode.name}: serializers`, () => {
    it("tells a serializer the same place when it writes and whenever it reads", () =>
      withSaver(
        mode,
        async (saver) => {
          await useEverything(saver);
          await readsSendsOfTheFirstFormat(saver);
        },
        { serde: new PlacedSerializer() },
      ));

    it.each(WRAPPED)("runs graphs, forks, histories and lists on %s values", (_, serde) =>
      withSaver(mode, useEverything, { serde: serde() }),
    );

    const stored = checkpoint({ log: ["x".repeat(5000)] });
    const withValue = (
      serde: Serializer,
      work: (saver: Saver, exchangeable: Exchangeable) => Promise<void>,
    ) => {
      const exchangeable = new Exchangeable(serde);
      const putAndWork = async (saver: Saver) => {
        await saver.put(thread("1"), stored, METADATA, stored.channel_versions);
        await work(saver, exchangeable);
      };
      return withSaver(mode, putAndWork, { serde: exchangeable });
    };
    const logOf = async (saver: Saver, id = "1") =>
      (await saver.getTuple(thread(id)))?.checkpoint.channel_values.log;

    it("stores what the type says, and fewer bytes", () =>
      withValue(encrypt(compress(plain), { keys: [FIRST] }), async (saver, exchangeable) => {
        exchangeable.current = RAW;
        const [type, bytes] = (await logOf(saver)) as [string, Uint8Array];
        expect(type).toBe("json+zstd+aes");
        expect(bytes.length).toBeLessThan(200);
      }));

    it("refuses a value whose row was copied to another thread, and says which", () =>
      withValue(encrypt(plain, { keys: [FIRST] }), async (saver, exchangeable) => {
        const encrypted = exchangeable.current;
        exchangeable.current = RAW;
        const moved = { ...stored, channel_values: { log: await logOf(saver) } };
        await saver.put(thread("2"), moved, METADATA, stored.channel_versions);
        exchangeable.current = encrypted;
        expect(await logOf(saver)).toEqual(stored.channel_values.log);
        await expect(logOf(saver, "2")).rejects.toThrow(
          /channel "log".*thread "2".*does not belong here/,
        );
        await expect(collect(saver.list(thread("2")))).rejects.toThrow("does not belong here");
      }));

    it("reads values of an old key beside those of a new one", () =>
      withValue(encrypt(plain, { keys: [FIRST] }), async (saver, exchangeable) => {
        exchangeable.current = encrypt(plain, { keys: [SECOND, FIRST] });
        await saver.put(thread("2"), stored, METADATA, stored.channel_versions);
        expect(await logOf(saver, "1")).toEqual(stored.channel_values.log);
        exchangeable.current = encrypt(plain, { keys: [SECOND] });
        expect(await logOf(saver, "2")).toEqual(stored.channel_values.log);
        await expect(logOf(saver, "1")).rejects.toThrow('key "first"');
      }));

    it("refuses values stored before encryption was turned on, unless allowed", () =>
      withValue(plain, async (saver, exchangeable) => {
        exchangeable.current = encrypt(plain, { keys: [FIRST] });
        await expect(logOf(saver)).rejects.toThrow("allowPlaintext: true");
        exchangeable.current = encrypt(plain, { keys: [FIRST], allowPlaintext: true });
        expect(await logOf(saver)).toEqual(stored.channel_values.log);
      }));

    it("reads values stored before compression was turned on", () =>
      withValue(plain, async (saver, exchangeable) => {
        exchangeable.current = compress(plain);
        const [config] = await putChain(saver, "2", 1, () => ({ log: ["y".repeat(5000)] }));
        expect(await logOf(saver)).toEqual(stored.channel_values.log);
        expect((await saver.getTuple(config ?? {}))?.checkpoint.channel_values.log).toHaveLength(1);
      }));
  });
}
