import { randomBytes } from "node:crypto";
import type { RunnableConfig } from "@langchain/core/runnables";
import { compress, encrypt, type SaverOptions, type Serializer, serializer } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { putChain } from "../checkpoints.ts";
import { databaseUrl, withClient, withSaver } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { CHANGES, expectStored, ROW, storedBytes } from "./storage.ts";
import { append } from "./storage-sharing.ts";

const key = (id: string) => ({ id, key: randomBytes(32) });
export const FIRST = key("first");
const SECOND = key("second");

export const encrypted = (...keys: (typeof FIRST)[]): Serializer => encrypt(serializer(), { keys });
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
export const messages = (count: number) => Array.from({ length: count }, (_, n) => message(n));
const log = messages(40);
export const grown = (step: number) => ({ log: log.slice(0, 10 + step) });

const logOf = async (saver: Saver, config: RunnableConfig = thread("1")) =>
  (await saver.getTuple(config))?.checkpoint.channel_values.log;
const read = async (saver: Saver, threadId = "1") =>
  (await collect(saver.list(thread(threadId)))).map((one) => one.checkpoint.channel_values);

/** The stored parts of a schema. */
export const partsIn = (schema: string) =>
  withClient(async (client) => {
    const { rows } = await client.query(
      `SELECT count(*)::int AS count, sum(octet_length(bytes))::int AS bytes FROM ${schema}.waypost_parts`,
    );
    return rows[0] as { count: number; bytes: number };
  });

/** Savers of a mode with a serializer, or beside another. */
export const openWith = (mode: Mode) => ({
  withSerde: (serde: Serializer, work: (saver: Saver, schema: string) => Promise<void>) =>
    withSaver(mode, work, { serde }),
  withOther: async (options: SaverOptions, work: (saver: Saver) => Promise<void>) => {
    const { saver, close } = await mode.open(databaseUrl(), options);
    await work(saver).finally(close);
  },
});

/** Values that are compressed, encrypted, or both, which share what their plain forms have in common. */
export function storagePieceCases(mode: Mode): void {
  if (mode.begin) return; // one transaction sees nothing of another
  const { withSerde, withOther } = openWith(mode);

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
