import { randomBytes } from "node:crypto";
import type { RunnableConfig } from "@langchain/core/runnables";
import { compress, encrypt, type SaverOptions, type Serializer, serializer } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { databaseUrl, withClient, withSaver } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { CountingProxy } from "../wire.ts";
import { CHANGES, expectStored, ROW, storedBytes } from "./storage.ts";
import { append } from "./storage-sharing.ts";

const key = (id: string) => ({ id, key: randomBytes(32) });
const FIRST = key("first");
const SECOND = key("second");

const encrypted = (...keys: (typeof FIRST)[]): Serializer => encrypt(serializer(), { keys });
const SERDES: readonly [string, Serializer][] = [
  ["encrypted", encrypted(FIRST)],
  ["compressed", compress(serializer())],
  ["compressed and encrypted", encrypt(compress(serializer()), { keys: [FIRST] })],
];

/** Each change once, with one of the serializers. */
const CASES = CHANGES.map(([name, ...change], i) => {
  const [form, serde] = SERDES[i % SERDES.length] as (typeof SERDES)[number];
  return [name, form, serde, ...change] as const;
});

/** 1,000 bytes of JSON with the comma after it. No two that follow each other end alike. */
const message = (n: number) => ({
  ...{ n: 1000 + n, content: randomBytes(488).toString("hex").slice(1) + (n % 2 ? "g" : "h") },
});
const messages = (count: number) => Array.from({ length: count }, (_, n) => message(n));
const log = messages(40);
const grown = (step: number) => ({ log: log.slice(0, 10 + step) });

const logOf = async (saver: Saver, config: RunnableConfig = thread("1")) =>
  (await saver.getTuple(config))?.checkpoint.channel_values.log;
const read = async (saver: Saver, threadId = "1") =>
  (await collect(saver.list(thread(threadId)))).map((one) => one.checkpoint.channel_values);

/** The stored parts of a schema. */
const partsIn = (schema: string) =>
  withClient(async (client) => {
    const { rows } = await client.query(
      `SELECT count(*)::int AS count, sum(octet_length(bytes))::int AS bytes FROM ${schema}.waypost_parts`,
    );
    return rows[0] as { count: number; bytes: number };
  });

/** What an attacker does who can write to the tables, to parts of equal size. */
const ATTACKS: readonly [string, (parts: string) => string][] = [
  [
    "changed",
    (parts) => `UPDATE ${parts} SET bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 1)`,
  ],
  [
    "swapped",
    (parts) => `UPDATE ${parts} p SET bytes = o.bytes FROM (
      SELECT position, lag(bytes, 1, first) OVER (ORDER BY position) AS bytes FROM (
        SELECT *, last_value(bytes) OVER (ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS first
        FROM ${parts} WHERE thread_id = '1' AND octet_length(bytes) = 1034
      ) x
    ) o WHERE p.thread_id = '1' AND p.position = o.position`,
  ],
  [
    "repeated",
    (parts) => `UPDATE ${parts} SET bytes = (
      SELECT bytes FROM ${parts} WHERE thread_id = '1' AND octet_length(bytes) = 1034 ORDER BY position LIMIT 1
    ) WHERE thread_id = '1' AND octet_length(bytes) = 1034`,
  ],
  [
    "taken from another thread",
    (parts) => `UPDATE ${parts} p SET bytes = o.bytes FROM (
      SELECT bytes, row_number() OVER (ORDER BY position) AS n FROM ${parts}
      WHERE thread_id = '2' AND octet_length(bytes) = 1034
    ) o, (
      SELECT position, row_number() OVER (ORDER BY position) AS n FROM ${parts}
      WHERE thread_id = '1' AND octet_length(bytes) = 1034
    ) t WHERE p.thread_id = '1' AND p.position = t.position AND t.n = o.n`,
  ],
];

/** The ways in which bytes may be written in a message. */
const formsOf = (text: string): string[] => [
  text,
  Buffer.from(text).toString("hex"),
  // Wherever it begins in the bytes that are encoded.
  ...[0, 1, 2].map((skip) =>
    Buffer.from(text.slice((3 - skip) % 3))
      .toString("base64")
      .slice(0, 40),
  ),
];

/** Values that are compressed, encrypted, or both, which share what their plain forms have in common. */
export function storagePieceCases(mode: Mode): void {
  if (mode.begin) return; // one transaction sees nothing of another
  const withSerde = (serde: Serializer, work: (saver: Saver, schema: string) => Promise<void>) =>
    withSaver(mode, work, { serde });
  const withOther = async (options: SaverOptions, work: (saver: Saver) => Promise<void>) => {
    const { saver, close } = await mode.open(databaseUrl(), options);
    await work(saver).finally(close);
  };

  describe(`${mode.name}: incremental storage of compressed and encrypted values`, () => {
    it.each(CASES)("%s stores what is new, %s", (_, _form, serde, before, changed, fresh) =>
      withSerde(serde, async (saver) => {
        const after = changed ?? `${before}${randomBytes(150).toString("base64")}`;
        const versions = [before, before, after, after];
        const configs = await putChain(saver, "1", 3, (step) => ({ value: versions[step] }));
        const size = await storedBytes(saver, "1");
        await expectStored(saver, configs, versions.slice(0, 3));
        await saver.deleteThread("1");
        await putChain(saver, "1", 2, (step) => ({ value: versions[step] }));
        expect(size - (await storedBytes(saver, "1"))).toBeLessThan(fresh + ROW + 200);
      }),
    );

    it("each piece has 34 bytes more, and is stored once more when sixteen are gathered", () =>
      withSerde(encrypted(FIRST), async (saver, schema) => {
        const all = messages(200);
        await putChain(saver, "1", 200, (step) => ({ log: all.slice(0, step + 1) }));
        // The first two versions are stored in one, the third begins with three messages but for the last
        // three bytes. At versions 18, 34 and so on, 15 pieces are gathered with the new one.
        const pieces = 198;
        const gathered = 12;
        const bytes = 2998 + 1000 * (pieces - 1 - gathered) + 17_998 + 16_000 * (gathered - 1);
        expect(await partsIn(schema)).toEqual({ count: pieces, bytes: bytes + 34 * pieces });
        expect(await logOf(saver)).toEqual(all);
      }));

    it.each(SERDES)("two savers that take turns share what the other stored, %s", (_, serde) =>
      withSerde(serde, async (a, schema) => {
        await withOther({ schema, serde }, async (b) => {
          const all = messages(60);
          for (let turn = 20; turn <= 60; turn++) {
            await append(turn % 2 === 0 ? a : b, thread("1"), { log: all.slice(0, turn) });
          }
          expect(await logOf(b)).toEqual(all);
          // Once in one, once as a large piece, what was appended, and 32 messages that were gathered.
          expect(await storedBytes(a, "1")).toBeLessThan((20 + 21 + 39 + 32) * 1100 + 41 * 800);
          expect(await collect(a.verify())).toEqual([]);
        });
      }),
    );

    it("a put that appends is one statement, and nothing of a value is on the wire or in an error", async () => {
      const secret = "what the user has said to nobody else, and the server must not see";
      const proxy = await CountingProxy.to(databaseUrl());
      const sent = proxy.record();
      const work = async (saver: Saver, schema: string) => {
        const all = messages(10).map((one) => ({ ...one, secret }));
        const talk = (count: number) => all.slice(0, count);
        let config = await append(saver, thread("1"), { log: talk(5), small: secret });
        for (let count = 6; count < 10; count++) {
          const next = checkpoint({ log: talk(count), small: secret });
          const traffic = await proxy.during(async () => {
            config = await saver.put(config, next, METADATA, next.channel_versions);
          });
          expect(traffic).toMatchObject({ statements: 1, roundTrips: 1 });
        }
        const { channel_values: values } = (await saver.getTuple(config))?.checkpoint ?? {};
        expect(values?.small).toBe(secret);
        await withClient((client) =>
          client.query(`UPDATE ${schema}.waypost_parts SET bytes = set_byte(bytes, 50, 0)`),
        );
        await withOther({ schema, serde: encrypted(FIRST) }, async (other) => {
          const error = await other.getTuple(config).catch((cause: unknown) => cause);
          expect(String(error)).toMatch(/channel "log".*thread "1".*does not belong here/);
          expect(String((error as Error).cause)).not.toContain(secret.slice(0, 20));
        });
      };
      await withSaver(mode, work, { serde: encrypted(FIRST) }, proxy.url).finally(() =>
        proxy.close(),
      );
      const bytes = Buffer.concat(sent);
      expect(bytes.includes("waypost_parts")).toBe(true);
      for (const form of formsOf(secret)) expect(bytes.includes(form)).toBe(false);
    });

    it.each(ATTACKS)("a value whose pieces are %s is refused and named", (_, attack) =>
      withSerde(encrypted(FIRST), async (saver, schema) => {
        for (const id of ["1", "2"]) await putChain(saver, id, 8, grown);
        const { count } = await partsIn(schema);
        await withClient((client) => client.query(attack(`${schema}.waypost_parts`)));
        expect((await partsIn(schema)).count).toBe(count);
        await withOther({ schema, serde: encrypted(FIRST) }, async (other) => {
          await expect(other.getTuple(thread("1"))).rejects.toThrow(
            /Can't read channel "log" of checkpoint ".*" in thread "1".*does not belong here/,
          );
          const [found] = await collect(other.verify({ threadIds: ["1"] }));
          expect(found?.problems[0]).toMatchObject({ kind: "unreadable", channel: "log" });
        });
      }),
    );

    it("a value of an old key is read, and the next version needs the new key only", () =>
      withSerde(encrypted(FIRST), async (saver, schema) => {
        const old = (await putChain(saver, "1", 5, grown)).at(-1) ?? {};
        await withOther({ schema, serde: encrypted(SECOND, FIRST) }, async (rotated) => {
          expect(await logOf(rotated)).toEqual(grown(4).log);
          for (const step of [5, 6]) await append(rotated, thread("1"), grown(step));
        });
        await withOther({ schema, serde: encrypted(SECOND) }, async (later) => {
          expect(await logOf(later)).toEqual(grown(6).log);
          await append(later, thread("1"), grown(7));
          await expect(later.getTuple(old)).rejects.toThrow('with the key "first"');
        });
        expect(await logOf(saver, old)).toEqual(grown(4).log);
      }));

    it("a thread that was stored plain goes on encrypted, and shares nothing with what is plain", () =>
      withSaver(mode, async (plain, schema) => {
        await putChain(plain, "1", 5, grown);
        const migrating = encrypt(serializer(), { keys: [FIRST], allowPlaintext: true });
        await withOther({ schema, serde: migrating }, async (saver) => {
          expect(await logOf(saver)).toEqual(grown(4).log);
          for (const step of [5, 6, 7]) await append(saver, thread("1"), grown(step));
          expect(await read(saver)).toEqual([7, 6, 5, 4, 3, 2, 1, 0].map(grown));
        });
        await withOther({ schema, serde: encrypted(FIRST) }, async (strict) => {
          expect(await logOf(strict)).toEqual(grown(7).log);
          await append(strict, thread("1"), grown(8));
          expect(await logOf(strict)).toEqual(grown(8).log);
        });
        await expect(plain.getTuple(thread("1"))).rejects.toThrow('stored as type "json+aes"');
      }));

    it("what is stored before by the same serializer, each version in one, is read and continued", () =>
      withSerde(encrypted(FIRST), async (saver, schema) => {
        await saver.setup({ storage: "full" });
        await putChain(saver, "1", 5, grown);
        expect(await partsIn(schema)).toMatchObject({ count: 0 });
        await saver.setup({ storage: "incremental" });
        for (const step of [5, 6]) await append(saver, thread("1"), grown(step));
        expect(await partsIn(schema)).toMatchObject({ count: 2 });
        expect(await read(saver)).toEqual([6, 5, 4, 3, 2, 1, 0].map(grown));
      }));

    it.each(SERDES)(
      "is rewritten in both directions, to full also without the key, %s",
      (_, serde) =>
        withSerde(serde, async (saver, schema) => {
          await putChain(saver, "1", 10, grown);
          const incremental = await storedBytes(saver, "1");
          const expected = Array.from({ length: 10 }, (_, n) => grown(9 - n));
          const expectAll = async (parts: boolean) => {
            expect((await partsIn(schema)).count > 0).toBe(parts);
            expect(await read(saver)).toEqual(expected);
            await withOther({ schema, serde }, async (other) => {
              expect(await read(other)).toEqual(expected);
            });
            expect(await collect(saver.verify())).toEqual([]);
          };
          await withOther({ schema }, async (keyless) => {
            expect((await keyless.rewriteStorage("full")).values).toBe(9);
          });
          await expectAll(false);
          expect((await saver.rewriteStorage("incremental")).values).toBeGreaterThan(7);
          await expectAll(true);
          expect(await storedBytes(saver, "1")).toBeLessThan(incremental * 1.3);
          expect((await saver.rewriteStorage("full")).values).toBeGreaterThan(7);
          await expectAll(false);
          await withOther({ schema }, async (keyless) => {
            await keyless.rewriteStorage("incremental");
          });
          expect(await read(saver)).toEqual(expected);
          await append(saver, thread("1"), grown(10));
          expect(await read(saver)).toEqual([grown(10), ...expected]);
          expect(await collect(saver.verify())).toEqual([]);
        }),
    );

    it("copyThread copies what is compressed, and refuses what is encrypted", () =>
      withSerde(compress(serializer()), async (saver, schema) => {
        await putChain(saver, "1", 5, grown);
        await saver.copyThread("1", "copy");
        await append(saver, thread("copy"), grown(5));
        expect(await read(saver, "copy")).toEqual([5, 4, 3, 2, 1, 0].map(grown));
        await withOther({ schema, serde: encrypted(FIRST) }, async (other) => {
          await putChain(other, "2", 5, grown);
          await expect(other.copyThread("2", "3")).rejects.toMatchObject({
            code: "WAYPOST_ENCRYPTED",
          });
        });
      }));

    it("is pruned, and read from any checkpoint that stays", () =>
      withSerde(encrypted(FIRST), async (saver, schema) => {
        await putChain(saver, "1", 25, grown);
        const before = await partsIn(schema);
        await saver.prune(["1"], { strategy: "keep_latest", keepLast: 3 });
        expect((await partsIn(schema)).count).toBeLessThan(before.count / 2);
        expect(await read(saver)).toEqual([24, 23, 22].map(grown));
        await append(saver, thread("1"), grown(25));
        expect(await collect(saver.verify({ repair: true }))).toEqual([]);
        await saver.deleteThread("1");
        expect(await storedBytes(saver, "1")).toBe(0);
      }));

    it("is stored in one by serializers that are not ours, which read what ours stored", () =>
      withSerde(encrypted(FIRST), async (saver, schema) => {
        await putChain(saver, "1", 5, grown);
        const before = await partsIn(schema);
        const inner = serializer();
        const tracing: Serializer = {
          jsonIsText: true,
          dumpsTyped: (value) => inner.dumpsTyped(value),
          loadsTyped: (type, data) => inner.loadsTyped(type, data),
        };
        const serde = encrypt(tracing, { keys: [FIRST] });
        await withOther({ schema, serde }, async (other) => {
          for (const step of [5, 6]) await append(other, thread("1"), grown(step));
          expect(await read(other)).toEqual([6, 5, 4, 3, 2, 1, 0].map(grown));
        });
        expect(await partsIn(schema)).toEqual(before);
        expect(await logOf(saver)).toEqual(grown(6).log);
      }));
  });
}
