import { randomInt } from "node:crypto";
import type { RunnableConfig } from "@langchain/core/runnables";
import { serializer } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA } from "../checkpoints.ts";
import { databaseUrl, withClient, withSaver } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { append, messages, onTheWire } from "./storage-sharing.ts";

const read = async (saver: Saver, config: RunnableConfig = thread("1")) =>
  (await saver.getTuple(config))?.checkpoint.channel_values.messages;

/** Makes values in a buffer that it uses again, and writes over what it is given to read. */
class Careless {
  readonly #serde = serializer();
  readonly #buffer = new Uint8Array(2 ** 16);

  async dumpsTyped(value: unknown): Promise<[string, Uint8Array]> {
    const [type, bytes] = await this.#serde.dumpsTyped(value);
    this.#buffer.set(bytes);
    return [type, this.#buffer.subarray(0, bytes.length)];
  }

  async loadsTyped(type: string, data: Uint8Array | string): Promise<unknown> {
    const value = await this.#serde.loadsTyped(type, data);
    if (typeof data !== "string") data.fill(randomInt(256));
    return value;
  }
}

const STORAGES = ["incremental", "full"] as const;

/** After all ids of checkpoints that a test makes. */
const HIGHEST = "ffffffff-ffff-6fff-bfff-ffffffffffff";

/** Two savers, the second of which remembers nothing. */
const withOther = (
  mode: Mode,
  storage: (typeof STORAGES)[number],
  work: (a: Saver, b: Saver, schema: string) => Promise<void>,
) =>
  withSaver(mode, async (a, schema) => {
    await a.setup({ storage });
    const { saver: b, close } = await mode.open(databaseUrl(), { schema, cacheBytes: 0 });
    await work(a, b, schema).finally(close);
  });

/** What a saver has read or stored, and need not read again. */
export function rememberedCases(mode: Mode): void {
  describe(`${mode.name}: remembered values`, () => {
    it("are not fetched again, in the one statement of getTuple", () =>
      onTheWire(mode, async (saver, proxy) => {
        const log = messages(100);
        const first = await append(saver, thread("1"), { messages: log });
        const second = await append(saver, first, { messages: [...log, ...messages(1)] });
        for (const [config, length] of [
          [thread("1"), 101],
          [second, 101],
        ] as const) {
          const traffic = await proxy.during(() => saver.getTuple(config));
          expect(traffic).toMatchObject({ statements: 1, roundTrips: 1 });
          expect(traffic.bytesReceived).toBeLessThan(2000);
          expect(await read(saver, config)).toHaveLength(length);
        }
        expect(await read(saver, first)).toEqual(log);
        const again = await proxy.during(() => saver.getTuple(first));
        expect(again.bytesReceived).toBeLessThan(2000);
      }));

    it("are the values that were stored, however often and by whomever they are changed", () =>
      withSaver(mode, async (saver) => {
        const log = messages(10);
        await append(saver, thread("1"), { messages: log });
        const found = (await read(saver)) as { content: string }[];
        for (const message of found) message.content = "changed";
        found.length = 5;
        expect(await read(saver)).toEqual(log);
      }));

    it("are safe from a serializer that writes over its bytes", () =>
      withSaver(
        mode,
        async (saver) => {
          let log = messages(10);
          let config = await append(saver, thread("1"), { messages: log });
          for (let turn = 0; turn < 5; turn++) {
            log = [...log, ...messages(1)];
            config = await append(saver, config, { messages: log });
            expect(await read(saver)).toEqual(log);
            expect(await read(saver, config)).toEqual(log);
          }
        },
        { serde: new Careless() },
      ));

    if (mode.begin) return; // one transaction sees nothing of another

    it("are fetched anew where a version is counted, as other savers do, and may come again", () =>
      withSaver(mode, async (a, schema) => {
        const { saver: b, close } = await mode.open(databaseUrl(), { schema });
        for (const saver of [a, b]) {
          const log = messages(10);
          const stored = checkpoint({ messages: log }, { messages: 1 });
          await b.deleteThread("1");
          await saver.put(thread("1"), stored, METADATA, stored.channel_versions);
          expect(await read(a)).toEqual(log);
        }
        await close();
      }));

    it.each(STORAGES)(
      "are fetched anew where a thread was reset and has another value under the version: %s",
      (storage) =>
        withOther(mode, storage, async (a, b) => {
          const log = messages(10);
          const template = await append(b, thread("template"), { messages: log });
          for (const [n, saver] of [a, b, a].entries()) {
            await b.copyThread("template", "1", { overwrite: true });
            const last = { id: `${n}`, content: `${n}`.repeat(1000) };
            const next = checkpoint({ messages: [...log, last] }, { messages: 1000.25 });
            const parent = { configurable: { ...template.configurable, thread_id: "1" } };
            await saver.getTuple(parent);
            await saver.put(parent, next, METADATA, next.channel_versions);
            for (const reader of [a, b]) expect(await read(reader)).toEqual([...log, last]);
          }
          expect(await collect(b.verify())).toEqual([]);
        }),
    );

    it("are no base for others where a thread was reset and has another value under the version", () =>
      withOther(mode, "incremental", async (a, c, schema) => {
        const { saver: b, close } = await mode.open(databaseUrl(), { schema });
        const log = messages(10);
        await append(a, thread("template"), { messages: log.slice(0, 9) });
        const template = await append(a, thread("template"), { messages: log });
        const parent = { configurable: { ...template.configurable, thread_id: "1" } };
        const [one, other] = [a, b].map((_, n) => ({ id: `${n}`, content: `${n}`.repeat(1000) }));
        const resetAndPut = async (saver: Saver, last: unknown) => {
          await c.copyThread("template", "1", { overwrite: true });
          await saver.getTuple(parent);
          const next = checkpoint({ messages: [...log, last] }, { messages: 1000.25 });
          return saver.put(parent, { ...next, id: HIGHEST }, METADATA, next.channel_versions);
        };
        await resetAndPut(a, one);
        const config = await resetAndPut(b, other);
        await b.getTuple(config);
        // A run that began before the reset goes on with what it had.
        const grown = [...log, one, ...messages(1)];
        const next = checkpoint({ messages: grown });
        const last = await a.put(config, next, METADATA, next.channel_versions);
        for (const reader of [a, b, c]) expect(await read(reader, last)).toEqual(grown);
        expect(await read(c, config)).toEqual([...log, other]);
        expect(await collect(c.verify())).toEqual([]);
        await close();
      }));

    it("of another saver, which does not say who stored them, are always fetched, and no base", () =>
      withOther(mode, "incremental", async (a, b, schema) => {
        let log = messages(10);
        for (let turn = 0; turn < 3; turn++) {
          log = [...log, ...messages(1)];
          await append(a, thread("1"), { messages: log });
          await withClient((client) =>
            client.query(`UPDATE ${schema}.checkpoint_blobs SET put_id = NULL`),
          );
          for (const reader of [a, b, a]) expect(await read(reader)).toEqual(log);
        }
      }));

    it("are what is stored, not what was sent, where a version was there before", () =>
      withSaver(mode, async (a, schema) => {
        const { saver: b, close } = await mode.open(databaseUrl(), { schema });
        const log = messages(10);
        const first = checkpoint({ messages: log });
        const config = await a.put(thread("1"), first, METADATA, first.channel_versions);
        const other = {
          ...checkpoint({ messages: messages(12) }),
          channel_versions: first.channel_versions,
        };
        await a.put(config, other, METADATA, other.channel_versions);
        expect(await read(a)).toEqual(log);
        const held = (await a.getTuple(thread("1")))?.checkpoint ?? first;
        (held.channel_values.messages as unknown[]).push("changed in place");
        const copy = { ...held, id: checkpoint({}).id };
        await a.put(config, copy, { ...METADATA, source: "fork" }, {});
        expect(await read(a)).toEqual(log);
        expect(await read(b)).toEqual(log);
        await close();
      }));

    it("give way to what another saver has stored since", () =>
      withSaver(mode, async (a, schema) => {
        const { saver: b, close } = await mode.open(databaseUrl(), { schema, cacheBytes: 0 });
        let log = messages(10);
        await append(a, thread("1"), { messages: log });
        for (const saver of [b, a, b]) {
          log = [...log, ...messages(1)];
          await append(saver, thread("1"), { messages: log });
          expect(await read(a)).toEqual(log);
          expect(await read(b)).toEqual(log);
        }
        await b.deleteThread("1");
        expect(await read(a)).toBeUndefined();
        await append(b, thread("1"), { messages: log.slice(3) });
        expect(await read(a)).toEqual(log.slice(3));
        await close();
      }));
  });
}
