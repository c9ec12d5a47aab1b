import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { databaseUrl, withClient, withSaver, withSchema } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import { itWithOfficial } from "../left-out.ts";
import type { Mode, Saver } from "../mode.ts";
import { CountingProxy } from "../wire.ts";
import { storedBytes, text } from "./storage.ts";

const message = (n: number) => ({ id: `${n}`, content: text(1000) });
export const messages = (count: number) => Array.from({ length: count }, (_, n) => message(n));

/** Puts a checkpoint with these messages after another, as a run that read it would. */
export async function append(
  saver: Saver,
  config: Parameters<Saver["getTuple"]>[0],
  values: Record<string, unknown>,
) {
  const parent = await saver.getTuple(config);
  const next = checkpoint(values);
  const { checkpoint_ns = "" } = config.configurable ?? {};
  const onParent = parent?.config ?? { configurable: { ...config.configurable, checkpoint_ns } };
  return saver.put(onParent, next, METADATA, next.channel_versions);
}

const valuesOf = async (saver: Saver, threadId: string) =>
  (await collect(saver.list(thread(threadId)))).map(
    ({ checkpoint: { channel_values } }) => channel_values.messages,
  );

/** Values that share, where there are several savers, and counted on the wire. */
export function storageSharingCases(mode: Mode): void {
  if (mode.begin) return; // one transaction sees nothing of another
  /** Two savers, as in two processes, each with a connection and a memory of its own. */
  const withTwo = (work: (a: Saver, b: Saver, schema: string) => Promise<void>) =>
    withSaver(mode, async (a, schema) => {
      const { saver: b, close } = await mode.open(databaseUrl(), { schema });
      await work(a, b, schema).finally(close);
    });

  describe(`${mode.name}: incremental storage of several savers`, () => {
    it("those that take turns share what the other stored", () =>
      withTwo(async (a, b) => {
        let log = messages(20);
        for (let turn = 0; turn < 20; turn++) {
          log = [...log, message(20 + turn)];
          await append(turn % 2 === 0 ? a : b, thread("1"), { messages: log });
        }
        expect((await a.getTuple(thread("1")))?.checkpoint.channel_values.messages).toEqual(log);
        // Once whole, once as parts, and what was appended.
        expect(await storedBytes(a, "1")).toBeLessThan((2 * 22 + 18) * 1100 + 20 * 700);
      }));

    it("branches and runs at the same time each keep their own", () =>
      withTwo(async (a, b) => {
        const log = messages(10);
        await append(a, thread("1"), { messages: log });
        const grown = [...log, message(10)];
        const parent = await append(a, thread("1"), { messages: grown });
        const [left, right] = [a, b].map((_, n) => [...grown, message(100 + n)]);
        await Promise.all([a.getTuple(parent), b.getTuple(parent)]);
        const [one, two] = await Promise.all([
          append(a, parent, { messages: left }),
          append(b, parent, { messages: right }),
        ]);
        const again = await append(a, parent, { messages: [...grown, message(200)] });
        const longer = await append(b, one, { messages: [...(left ?? []), message(300)] });
        const read = async (config: typeof one) =>
          (await b.getTuple(config))?.checkpoint.channel_values.messages;
        expect(await read(one)).toEqual(left);
        expect(await read(two)).toEqual(right);
        expect(await read(again)).toHaveLength(12);
        expect(await read(longer)).toHaveLength(13);
        expect(await collect(a.verify())).toEqual([]);
      }));

    it("one that remembers what another removed meanwhile stores the value whole", () =>
      withTwo(async (a, b, schema) => {
        const log = messages(10);
        await append(a, thread("1"), { messages: log });
        const parent = await append(a, thread("1"), { messages: [...log, message(10)] });
        await a.getTuple(parent);
        await b.deleteThread("1");
        const next = checkpoint({ messages: [...log, message(10), message(11)] });
        await a.put(parent, next, METADATA, next.channel_versions);
        expect((await b.getTuple(thread("1")))?.checkpoint.channel_values.messages).toHaveLength(
          12,
        );
        await withClient(async (client) => {
          const { rowCount } = await client.query(`SELECT FROM ${schema}.waypost_parts`);
          expect(rowCount).toBe(0);
        });
        expect(await collect(b.verify())).toEqual([]);
      }));

    it("what nobody refers to is swept, and a value whose parts are not all or not in order is named", () =>
      withTwo(async (a, b, schema) => {
        await putChain(a, "1", 3, (step) => ({ messages: messages(10).slice(0, 8 + step) }));
        const log = messages(10);
        await putChain(a, "2", 3, (step) => ({ messages: log.slice(0, 8 + step) }));
        await withClient((client) =>
          client.query(`INSERT INTO ${schema}.waypost_parts VALUES ('2', 77, 'lost')`),
        );
        expect(await collect(a.verify({ repair: true }))).toMatchObject([
          { threadId: "2", problems: [{ kind: "orphans", bytes: 5, repaired: true }] },
        ]);
        expect(await collect(a.verify())).toEqual([]);
        await withClient((client) =>
          client.query(`INSERT INTO ${schema}.waypost_parts VALUES ('2', 77, 'lost')`),
        );
        expect((await a.sweep({ keepLast: 10 })).bytes).toBe(5);
        const damages = [
          `INSERT INTO ${schema}.waypost_parts
           SELECT thread_id, position + 1, 'among others' FROM ${schema}.waypost_parts
           WHERE thread_id = '2' ORDER BY position LIMIT 1`,
          `DELETE FROM ${schema}.waypost_parts WHERE thread_id = '2'`,
        ];
        for (const damage of damages) {
          await withClient((client) => client.query(damage));
          await expect(b.getTuple(thread("2"))).rejects.toThrow(/thread "2"\. .* missing/);
        }
        await expect(b.getTuple(thread("2"))).rejects.toThrow(
          /Can't read channel "messages" of checkpoint ".*" in thread "2"\. .* missing/,
        );
        expect(await collect(a.verify())).toMatchObject([
          { threadId: "2", problems: [{ kind: "unreadable", channel: "messages" }, {}] },
        ]);
      }));

    itWithOfficial(mode)(
      "what is switched to whole values is read by the official saver, and switched back",
      () =>
        withTwo(async (a, b, schema) => {
          const log = messages(10);
          const shared = await append(a, thread("1"), { messages: log });
          await append(a, thread("1"), { messages: [...log, message(10)] });
          await b.setup({ storage: "full" });
          const whole = [...log, message(10), message(11)];
          await append(a, thread("1"), { messages: whole });
          await append(a, thread("1"), { messages: [...whole, message(12)] });
          const official = PostgresSaver.fromConnString(databaseUrl(), { schema });
          const read = await official.getTuple(thread("1")).finally(() => official.end());
          expect(read?.checkpoint.channel_values.messages).toHaveLength(13);
          expect((await a.getTuple(shared))?.checkpoint.channel_values.messages).toEqual(log);
          await a.setup({ storage: "incremental" });
          const before = await storedBytes(b, "1");
          const { saver: c, close } = await mode.open(databaseUrl(), { schema });
          await append(c, thread("1"), { messages: [...whole, message(12), message(13)] });
          await append(c, thread("1"), { messages: [...whole, message(12), message(14)] });
          await close();
          expect(await storedBytes(b, "1")).toBeLessThan(before + 15 * 1100 + 2 * 1100 + 2 * 700);
          expect((await valuesOf(b, "1")).map((value) => (value as unknown[]).length)).toEqual([
            14, 14, 13, 12, 11, 10,
          ]);
        }),
    );

    itWithOfficial(mode)("tables of the official saver stay as it can read them", () =>
      withSchema(async (schema) => {
        const official = PostgresSaver.fromConnString(databaseUrl(), { schema });
        await official.setup();
        const { saver, close } = await mode.open(databaseUrl(), { schema });
        await saver.setup();
        const log = messages(10);
        for (let n = 8; n <= 10; n++)
          await append(saver, thread("1"), { messages: log.slice(0, n) });
        const read = await official.getTuple(thread("1")).finally(() => official.end());
        expect(read?.checkpoint.channel_values.messages).toEqual(log);
        await close();
      }),
    );

    // On Citus the statement has another text.
    it.each([
      [400, mode.distributed ? 6_500 : 6_000],
      [2_000, 16_000],
    ])(
      "a put that appends one message of 1 KB to %i is one statement of at most %i bytes",
      (count, limit) =>
        onTheWire(mode, async (saver, proxy) => {
          const log = messages(count);
          await append(saver, thread("1"), { messages: log });
          const parent = await append(saver, thread("1"), { messages: [...log, message(1)] });
          const next = checkpoint({ messages: [...log, message(1), message(2)] });
          const put = () => saver.put(parent, next, METADATA, next.channel_versions);
          const traffic = await proxy.during(put);
          expect(traffic).toMatchObject({ statements: 1, roundTrips: 1 });
          expect(traffic.bytesSent).toBeLessThan(limit);
          expect((await saver.getTuple(thread("1")))?.checkpoint).toEqual(next);
        }),
    );

    it("a put that replaces the last message, or takes it back, is one statement each time", () =>
      onTheWire(mode, async (saver, proxy) => {
        const log = messages(20);
        const versions = [
          ...Array.from({ length: 6 }, (_, n) => [...log, message(n)]),
          ...[20, 19, 20, 18].map((length) => log.slice(0, length)),
        ];
        let config = await append(saver, thread("1"), { messages: log });
        for (const value of versions) {
          const next = checkpoint({ messages: value });
          const traffic = await proxy.during(async () => {
            config = await saver.put(config, next, METADATA, next.channel_versions);
          });
          expect(traffic).toMatchObject({ statements: 1, roundTrips: 1 });
        }
        expect(await valuesOf(saver, "1")).toEqual([log, ...versions].reverse());
      }));

    it("a history reads each shared part once", () =>
      onTheWire(mode, async (saver, proxy) => {
        const log = messages(100);
        await putChain(saver, "1", 60, (step) => ({ messages: log.slice(0, 41 + step) }));
        let listed: unknown[] = [];
        const traffic = await proxy.during(async () => {
          listed = await valuesOf(saver, "1");
        });
        expect(listed).toEqual(Array.from({ length: 60 }, (_, n) => log.slice(0, 100 - n)));
        // The first version, which was stored whole, all parts, and a kilobyte for each checkpoint.
        expect(traffic.bytesReceived).toBeLessThan((41 + 100 + 60) * 1100);
      }));
  });
}

/** Runs the work with a saver whose traffic is counted. */
export async function onTheWire(
  mode: Mode,
  work: (saver: Saver, proxy: CountingProxy) => Promise<void>,
): Promise<void> {
  const proxy = await CountingProxy.to(databaseUrl());
  try {
    await withSaver(mode, (saver) => work(saver, proxy), {}, proxy.url);
  } finally {
    await proxy.close();
  }
}
