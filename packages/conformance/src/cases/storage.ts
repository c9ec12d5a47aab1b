import { randomBytes } from "node:crypto";
import type { RunnableConfig } from "@langchain/core/runnables";
import { describe, expect, it } from "vitest";
import { putChain } from "../checkpoints.ts";
import { withSaver } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";

/** Text that does not compress, with characters of one to four bytes. */
export const text = (length: number): string =>
  `é€😀${randomBytes(length).toString("base64")}`.slice(0, length);

/** What a thread takes, without headers and indexes. */
export const storedBytes = async (saver: Saver, threadId: string): Promise<number> =>
  (await saver.prune([threadId], { strategy: "delete", dryRun: true })).bytes;

const message = (n: number) => ({
  role: n % 2 === 0 ? "human" : "ai",
  id: `${n}`,
  content: text(500),
});
const list = Array.from({ length: 40 }, (_, n) => message(n));
const replaced = <T>(items: readonly T[], at: number, ...others: T[]): T[] => [
  ...items.slice(0, at),
  ...others,
  ...items.slice(at + 1),
];

const nested = Object.fromEntries(list.map((one) => [`key ${one.id}`, { one, n: 1 }]));
const bytes = new Uint8Array(randomBytes(200_000));
const splice = (at: number, removed: number, added: Uint8Array) =>
  new Uint8Array(Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]));

/** A value, what becomes of it, and how many bytes of its new version are new. */
export const CHANGES: readonly (readonly [string, unknown, unknown, number])[] = [
  ["appending to a list", list, [...list, message(40)], 700],
  ["appending a few to a list", list, [...list, message(40), message(41), message(42)], 2100],
  ["replacing the last of a list", list, replaced(list, 39, message(39)), 700],
  ["removing the last of a list", list, list.slice(0, -3), 0],
  ["removing from the middle of a list", list, replaced(list, 20), 0],
  ["removing the first of a list", list, list.slice(5), 0],
  ["editing in the middle of a list", list, replaced(list, 20, message(20)), 700],
  [
    "editing in three places of a list",
    list,
    replaced(replaced(replaced(list, 5, message(5)), 20, message(20)), 35, message(35)),
    2100,
  ],
  ["inserting into a list", list, [...list.slice(0, 7), message(99), ...list.slice(7)], 700],
  ["adding to an object", nested, { ...nested, more: message(40) }, 700],
  ["changing a leaf of an object", nested, { ...nested, "key 20": { one: list[20], n: 2 } }, 200],
  ["a list within an object", { list, n: 1 }, { list: [...list, message(40)], n: 2 }, 700],
  ["appending to a text", text(20_000), undefined, 300],
  ["bytes that grow", bytes, splice(bytes.length, 0, randomBytes(500)), 500],
  ["bytes that change in the middle", bytes, splice(90_000, 10, randomBytes(500)), 500],
  ["bytes of which some are removed", bytes, splice(50_000, 10_000, randomBytes(0)), 0],
  ["the same again", list, list, 0],
];

/** What a row of a version costs beside its value: the checkpoint and its metadata among them. */
export const ROW = 700;

/** One by one, where the last may be remembered, and as a list, which is read anew. */
export async function expectStored(
  saver: Saver,
  configs: readonly RunnableConfig[],
  versions: readonly unknown[],
): Promise<void> {
  for (const [step, config] of configs.entries()) {
    const tuple = await saver.getTuple(config);
    expect(tuple?.checkpoint.channel_values).toEqual({ value: versions[step] });
  }
  const listed = await collect(saver.list(thread("1")));
  expect(listed.map(({ checkpoint }) => checkpoint.channel_values.value)).toEqual(
    versions.toReversed(),
  );
}

/** Values that share what they have in common with the version before, on one connection. */
export function storageCases(mode: Mode): void {
  describe(`${mode.name}: incremental storage`, () => {
    it.each(CHANGES)("%s stores what is new", (_, before, changed, fresh) =>
      withSaver(mode, async (saver) => {
        const after = changed ?? `${before}${text(200)}`;
        const versions = [before, before, after, after];
        // The first is stored whole, the second as parts, as it turns out to share.
        const sizes: number[] = [];
        const configs = await putChain(saver, "1", 3, (step) => ({ value: versions[step] }));
        sizes.push(await storedBytes(saver, "1"));
        await expectStored(saver, configs, versions.slice(0, 3));
        await saver.deleteThread("1");
        await putChain(saver, "1", 2, (step) => ({ value: versions[step] }));
        expect((sizes[0] ?? 0) - (await storedBytes(saver, "1"))).toBeLessThan(fresh + ROW);
      }),
    );

    it("removing from a list and appending again keeps every version", () =>
      withSaver(mode, async (saver) => {
        const shorter = list.slice(0, 30);
        const versions = [
          list,
          list,
          shorter,
          [...shorter, message(50)],
          list.slice(0, 29),
          shorter,
        ];
        const configs = await putChain(saver, "1", versions.length, (step) => ({
          value: versions[step],
        }));
        await expectStored(saver, configs, versions);
        expect(await collect(saver.verify())).toEqual([]);
      }));

    it("characters that differ in one of their bytes stay whole", () =>
      withSaver(mode, async (saver) => {
        const versions = ["é", "é", "è", "ê"].map(
          (one) => `${"é€😀".repeat(300)}${one}😁${text(900)}`,
        );
        versions.push(`${versions[0]?.replaceAll("😀", "😁")}`, `${versions[0]}😂`);
        const configs = await putChain(saver, "1", versions.length, (step) => ({
          value: versions[step],
        }));
        await expectStored(saver, configs, versions);
      }));

    it("a value that is replaced by another is stored whole, and leaves nothing behind", () =>
      withSaver(mode, async (saver) => {
        const values = Array.from({ length: 6 }, () => text(5000));
        await putChain(saver, "1", 6, (step) => ({ value: values[step] }));
        const listed = await collect(saver.list(thread("1")));
        expect(listed.map(({ checkpoint }) => checkpoint.channel_values.value)).toEqual(
          values.toReversed(),
        );
        const { blobs } = await saver.prune(["1"], { strategy: "keep_latest" });
        expect(blobs).toBe(5);
        expect(await storedBytes(saver, "1")).toBeLessThan(5100 + ROW);
      }));

    it("copies, prunes and verifies threads whose values share", () =>
      withSaver(mode, async (saver) => {
        const grown = (step: number) => ({ value: list.slice(0, 10 + step) });
        const configs = await putChain(saver, "1", 20, grown);
        await saver.copyThread("1", "copy");
        await saver.prune(["1"], { strategy: "keep_latest", keepLast: 3 });
        const kept = await collect(saver.list(thread("1")));
        expect(kept.map(({ checkpoint }) => checkpoint.channel_values)).toEqual(
          [19, 18, 17].map(grown),
        );
        const copy = await collect(saver.list(thread("copy")));
        expect(copy.map(({ checkpoint }) => checkpoint.channel_values)).toEqual(
          configs.map((_, step) => grown(step)).reverse(),
        );
        expect(await collect(saver.verify())).toEqual([]);
        await saver.deleteThread("1");
        expect(await storedBytes(saver, "1")).toBe(0);
        expect(await collect(saver.list(thread("copy")))).toHaveLength(20);
      }));

    it("a saver that may remember nothing stores values whole", () =>
      withSaver(
        mode,
        async (saver) => {
          await putChain(saver, "1", 4, () => ({ value: list }));
          const whole = JSON.stringify(list).length;
          expect(await storedBytes(saver, "1")).toBeGreaterThan(whole * 3);
        },
        { cacheBytes: 0 },
      ));
  });
}
