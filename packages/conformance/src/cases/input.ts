import type { RunnableConfig } from "@langchain/core/runnables";
import { InvalidInputError, SerializationError } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA } from "../checkpoints.ts";
import { urlOf, withSaver } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";

const HALF = "\ud800";

/** Configs that no method takes, and what the error must name. */
const BAD_CONFIGS: [string, unknown, string][] = [
  ["no config", undefined, "config must be an object"],
  ["null as config", null, "config must be an object"],
  ["a string as config", "1", "config must be an object"],
  ["a list as config", [], "config must be an object"],
  ["a string as configurable", { configurable: "1" }, "configurable"],
  ["an empty thread_id", thread(""), "thread_id"],
  ["null as thread_id", { configurable: { thread_id: null } }, "thread_id"],
  ["an object as thread_id", { configurable: { thread_id: {} } }, "thread_id"],
  ["NaN as thread_id", { configurable: { thread_id: Number.NaN } }, "thread_id"],
  ["NUL in thread_id", thread("a\0b"), "thread_id"],
  ["half a surrogate pair in thread_id", thread(HALF), "thread_id"],
  [
    "a number as namespace",
    { configurable: { thread_id: "1", checkpoint_ns: 1 } },
    "checkpoint_ns",
  ],
  [
    "NUL in the namespace",
    { configurable: { thread_id: "1", checkpoint_ns: "\0" } },
    "checkpoint_ns",
  ],
  [
    "an object as checkpoint_id",
    { configurable: { thread_id: "1", checkpoint_id: {} } },
    "checkpoint_id",
  ],
  [
    "NUL in checkpoint_id",
    { configurable: { thread_id: "1", checkpoint_id: "\0" } },
    "checkpoint_id",
  ],
];

type Call = (saver: Saver) => Promise<unknown>;

/** Calls of who knows another saver, or JavaScript only, and what the error must say. */
const BAD_CALLS: [string, Call, string][] = [
  [
    "put without versions",
    (saver) => (saver.put as Loose).call(saver, thread("1"), checkpoint({}), METADATA),
    '"newVersions" must be an object of the channels that changed and their versions, {} for none',
  ],
  [
    "put without metadata",
    (saver) => (saver.put as Loose).call(saver, thread("1"), checkpoint({})),
    "metadata",
  ],
  [
    "put without a checkpoint",
    (saver) => (saver.put as Loose).call(saver, thread("1")),
    '"checkpoint" must be',
  ],
  [
    "writes that are no pairs",
    (saver) =>
      (saver.putWrites as Loose).call(
        saver,
        { configurable: { thread_id: "1", checkpoint_id: "1" } },
        { a: 1 },
        "task",
      ),
    '"writes" must be an array of channels and values',
  ],
  ...(["deleteThread", "copyThread", "threadLock"] as const).map((name): [string, Call, string] => [
    `a config as the id of ${name}`,
    (saver) => (saver[name] as Loose).call(saver, thread("1"), thread("2")),
    "pass config.configurable.thread_id",
  ]),
  [
    "configs as ids of prune",
    (saver) => (saver.prune as Loose).call(saver, [thread("1")], { keepLast: 1 }),
    "pass config.configurable.thread_id",
  ],
  [
    "a thread_id beside configurable",
    (saver) => collect(saver.list({ thread_id: "1" } as RunnableConfig)),
    "write { configurable: { thread_id } }",
  ],
];

type Loose = (...args: unknown[]) => Promise<unknown>;

export function inputCases(mode: Mode): void {
  describe(`${mode.name}: input`, () => {
    it.each(BAD_CONFIGS)("rejects %s in every method", (_, bad, named) =>
      withSaver(mode, async (saver) => {
        const config = bad as RunnableConfig;
        const calls = [
          () => saver.getTuple(config),
          () => collect(saver.list(config)),
          () => saver.put(config, checkpoint({}), METADATA, {}),
          () => saver.putWrites(config, [["a", 1]], "task"),
          () => saver.getDeltaChannelHistory({ config, channels: ["a"] }),
        ];
        for (const call of calls) {
          const error = await call().catch((thrown: unknown) => thrown);
          expect(error).toBeInstanceOf(InvalidInputError);
          expect((error as Error).message).toContain(named);
        }
        // Nothing of it reached the database: a transaction would have been aborted.
        expect(await saver.getTuple(thread("1"))).toBeUndefined();
      }),
    );

    it.each(BAD_CALLS)("rejects %s, and says what to write", (_, call, says) =>
      withSaver(mode, async (saver) => {
        const error = await call(saver).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(InvalidInputError);
        expect((error as Error).message).toContain(says);
        expect(await saver.getTuple(thread("1"))).toBeUndefined();
      }),
    );

    it("says where a cycle leads back to, and what to do about a value", () =>
      withSaver(mode, async (saver) => {
        class Customer {}
        const cycle: Record<string, unknown> = { orders: [{}] };
        cycle.orders = [{ by: cycle }];
        const put = (value: unknown) => {
          const stored = checkpoint({ notes: value });
          return saver.put(thread("1"), stored, METADATA, stored.channel_versions);
        };
        await expect(put(cycle)).rejects.toThrow(
          'channel "notes". value.orders[0].by is part of a cycle, as it is value again, which',
        );
        await expect(put({ by: [new Customer()] })).rejects.toThrow(
          /value\.by\[0\] is an object of class Customer.*take it out.*classes.*unsupported/,
        );
        const metadata = { ...METADATA, by: () => {} };
        await expect(saver.put(thread("1"), checkpoint({}), metadata, {})).rejects.toThrow(
          "metadata.by is a function, which can't be stored; take it out.",
        );
      }));

    it("rejects what can't be stored, naming it, and stores nothing", () =>
      withSaver(mode, async (saver) => {
        const put = (change: object, metadata: object = {}, versions = {}) =>
          saver.put(
            thread("1"),
            { ...checkpoint({}), ...change },
            { ...METADATA, ...metadata },
            versions,
          );
        await expect(put({ id: "" })).rejects.toThrow("checkpoint.id");
        await expect(put({ id: 1 })).rejects.toThrow("checkpoint.id");
        await expect(put({}, { tags: ["ok", "a\0b"] })).rejects.toThrow("metadata.tags[1]");
        await expect(put({}, { tag: HALF })).rejects.toThrow("metadata.tag");
        await expect(put({}, { deep: { "a\0": 1 } })).rejects.toThrow("metadata.deep");
        await expect(put({ versions_seen: { "a\0": {} } })).rejects.toThrow(
          "checkpoint.versions_seen",
        );
        await expect(put({}, {}, { "a\0": 1 })).rejects.toThrow("channel");
        await expect(put({}, {}, { a: Number.NaN })).rejects.toThrow('version of channel "a"');
        await expect(put({}, {}, { a: 1e30 })).rejects.toThrow('version of channel "a"');
        await expect(put({}, {}, null as never)).rejects.toThrow("newVersions");
        const writes = (...args: [string, string?]) =>
          saver.putWrites(
            { configurable: { thread_id: "1", checkpoint_ns: "", checkpoint_id: "1" } },
            [["a", 1]],
            ...args,
          );
        await expect(writes("\0")).rejects.toThrow("taskId");
        await expect(writes("task", "\0")).rejects.toThrow("taskPath");
        await expect(saver.putWrites(thread("1"), [["a", 1]], "t")).rejects.toThrow(
          "checkpoint_id",
        );
        await expect(saver.deleteThread("")).rejects.toThrow("thread_id");
        expect(await saver.getTuple(thread("1"))).toBeUndefined();
      }));

    it("keeps text that only looks like an escape of NUL", () =>
      withSaver(mode, async (saver) => {
        const metadata = { ...METADATA, path: "C:\\u0000", quoted: "\\\\ud800" };
        await saver.put(thread("1"), checkpoint({}), metadata, {});
        expect((await saver.getTuple(thread("1")))?.metadata).toEqual(metadata);
      }));

    it("takes a number as thread_id for its decimal string", () =>
      withSaver(mode, async (saver) => {
        const config = { configurable: { thread_id: 42 } };
        const next = await saver.put(config, checkpoint({}), METADATA, {});
        expect(next.configurable?.thread_id).toBe("42");
        expect(await saver.getTuple(config)).toEqual(await saver.getTuple(thread("42")));
        await saver.deleteThread(42 as unknown as string);
        expect(await saver.getTuple(config)).toBeUndefined();
      }));

    it("rejects list options of the wrong kind", () =>
      withSaver(mode, async (saver) => {
        const list = (options: object) => collect(saver.list(thread("1"), options));
        await expect(list({ limit: -1 })).rejects.toThrow("limit");
        await expect(list({ limit: 1.5 })).rejects.toThrow("limit");
        await expect(list({ limit: "1" })).rejects.toThrow("limit");
        await expect(list({ filter: "source" })).rejects.toThrow("filter");
        await expect(list({ filter: { user: undefined } })).rejects.toThrow("filter.user");
        await expect(list({ filter: { user: "\0" } })).rejects.toThrow("filter.user");
        await expect(list({ before: "1" })).rejects.toThrow("before");
      }));

    it.each([
      [{ schema: "" }, "schema"],
      [{ schema: "é".repeat(32) }, "63 bytes"],
      [{ schema: "a\0b" }, "schema"],
      [{ schema: 1 }, "schema"],
      [{ prepare: "yes" }, "prepare"],
      [{ serde: {} }, "serde"],
      [{ session: "app.tenant=a" }, "session"],
      [{ session: null }, "session"],
      [{ session: ["a"] }, "session"],
      [{ session: {} }, "session"],
      [{ session: { tenant: "a" } }, '"tenant"; the name must be like "app.tenant"'],
      [{ session: { "app.": "a" } }, "app."],
      [{ session: { "app.tenant; --": "a" } }, "app.tenant; --"],
      [{ session: { "app.1": "a" } }, "app.1"],
      [{ session: { "app.tenant": undefined } }, '"session.app.tenant" must be a string'],
      [{ session: { "app.tenant": 1 } }, '"session.app.tenant" must be a string'],
      [{ session: { "app.tenant": "a\0b" } }, "session.app.tenant"],
      [{ session: { "app.tenant": "a", "App.Tenant": "b" } }, "twice"],
    ])("rejects the options %o before it connects", async (options, named) => {
      await expect(mode.open(urlOf(mode), options as never)).rejects.toThrow(named);
    });

    it("names the channel whose value a serializer refuses or can't read", () => {
      const serde = {
        dumpsTyped: async (value: unknown): Promise<[string, Uint8Array]> => {
          if (value === "bad") throw new TypeError("no");
          return ["mine", new Uint8Array([1, 0, 255])];
        },
        loadsTyped: async (type: string, data: Uint8Array | string): Promise<unknown> => {
          if (type !== "mine") throw new TypeError("no");
          return [...(data as Uint8Array)];
        },
      };
      return withSaver(
        mode,
        async (saver) => {
          const bad = checkpoint({ ok: 1, notes: "bad" });
          const refused = await saver
            .put(thread("1"), bad, METADATA, bad.channel_versions)
            .catch((error: unknown) => error);
          expect(refused).toBeInstanceOf(SerializationError);
          expect((refused as Error).message).toContain('channel "notes"');
          const good = checkpoint({ ok: 1 });
          await saver.put(thread("1"), good, METADATA, good.channel_versions);
          const read = await saver.getTuple(thread("1"));
          expect(read?.checkpoint.channel_values).toEqual({ ok: [1, 0, 255] });
        },
        { serde },
      );
    });
  });
}
