import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { databaseUrl, rowsLeft, withClient, withSaver } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { text } from "./storage.ts";

const log = Array.from({ length: 12 }, (_, n) => ({ id: `${n}`, content: text(300) }));
const LARGEST = "9223372036854775807";

/** What is written in place of the segment from `from` to `to`. */
const SEGMENTS: readonly [string, (from: string, to: string) => string][] = [
  ["the wrong way round", (from, to) => `{${to},${from}}`],
  ["of which one end is missing", (from, to) => `{${from},${to},${from}}`],
  ["that are negative", (from, to) => `{-${from},${to}}`],
  ["without an end", (from) => `{${from},${LARGEST}}`],
  ["behind all others", () => `{${LARGEST},${LARGEST}}`],
  ["with a null", (from) => `{${from},NULL}`],
  ["in two dimensions", (from, to) => `{{${from},${to}},{${from},${to}}}`],
  ["counted from 0", (from, to) => `[0:1]={${from},${to}}`],
  ["that overlap", (from, to) => `{${from},${to},${from},${to}}`],
  ["50,000 times", (from, to) => `{${Array(50_000).fill(`${from},${to}`).join(",")}}`],
];

/** Rows as no saver stores them: of one thread they must not stand in the way of others. */
export function damagedRowCases(mode: Mode): void {
  if (mode.begin) return; // nobody else sees what it writes

  describe(`${mode.name}: damaged rows`, () => {
    /** A thread whose latest value has these segments. @returns the value's version */
    async function damage(saver: Saver, schema: string, segments: (typeof SEGMENTS)[number][1]) {
      await putChain(saver, "damaged", 3, (step) => ({ log: log.slice(0, 10 + step) }));
      const { checkpoint } = (await saver.getTuple(thread("damaged"))) ?? {};
      const version = String(checkpoint?.channel_versions.log);
      await withClient(async (client) => {
        const { rows } = await client.query(
          `SELECT segments::text AS s FROM ${schema}.checkpoint_blobs WHERE version = $1`,
          [version],
        );
        const [from, to] = rows[0].s.slice(1, -1).split(",");
        await client.query(
          `UPDATE ${schema}.checkpoint_blobs SET segments = $2::text::bigint[] WHERE version = $1`,
          [version, segments(from, to)],
        );
      });
      return version;
    }

    it.each(SEGMENTS)("segments %s are named, and end nothing", (_, segments) =>
      withSaver(mode, async (writer, schema) => {
        const version = await damage(writer, schema, segments);
        for (const id of ["a", "z"]) {
          await putChain(writer, id, 3, (step) => ({ log: log.slice(0, 10 + step) }));
        }
        const { saver, close } = await mode.open(databaseUrl(), { schema, cacheBytes: 0 });
        const named = /Can't read channel "log" of checkpoint ".*" in thread "damaged"\. .*damaged/;
        await expect(saver.getTuple(thread("damaged"))).rejects.toThrow(named);
        const found = { kind: "unreadable", checkpointNs: "", channel: "log", version };
        expect(await collect(saver.verify({ repair: true }))).toEqual([
          { threadId: "damaged", problems: [{ ...found, repaired: false }] },
        ]);
        const listed = collect(saver.list({ configurable: {} }, { filter: { step: 0 } }));
        expect(await listed).toHaveLength(3);
        expect(await saver.rewriteStorage("incremental")).toMatchObject({ threads: 3 });
        expect(await saver.sweep({ keepLast: 2 })).toMatchObject({ threads: 3, checkpoints: 3 });
        const [latest] = await collect(saver.list(thread("z")));
        await close();
        expect(latest?.checkpoint.channel_values.log).toEqual(log);
        // What it may need stays.
        const parts = await withClient((client) =>
          client.query(`SELECT FROM ${schema}.waypost_parts WHERE thread_id = 'damaged'`),
        );
        expect(parts.rowCount).toBeGreaterThan(1);
      }),
    );

    it.each(["[]", '"a"', "7", "null"])(
      "versions that are %s are named, and end nothing",
      (versions) =>
        withSaver(mode, async (writer, schema) => {
          for (const id of ["a", "damaged", "z"]) {
            await putChain(writer, id, 3, (step) => ({ log: log.slice(0, 10 + step) }));
          }
          const config = (await writer.getTuple(thread("damaged")))?.config ?? {};
          const id: string = config.configurable?.checkpoint_id;
          await withClient((client) =>
            client.query(
              `UPDATE ${schema}.checkpoints SET checkpoint = jsonb_set(checkpoint, '{channel_versions}', $2::text::jsonb)
             WHERE checkpoint_id = $1`,
              [id, versions],
            ),
          );
          const { saver, close } = await mode.open(databaseUrl(), { schema, cacheBytes: 0 });
          const read = saver.getTuple(config);
          if (versions !== "null") await expect(read).rejects.toThrow(id);
          const found = { kind: "unreadable", checkpointNs: "", checkpointIds: [id] };
          const [problems, ...others] = await collect(saver.verify());
          expect(problems).toMatchObject({ threadId: "damaged", problems: [found] });
          expect(others).toEqual([]);
          expect(await saver.sweep({ keepLast: 2 })).toMatchObject({ threads: 3, checkpoints: 3 });
          expect(await collect(saver.list(thread("z")))).toHaveLength(2);
          await close();
          // It may need any of the values.
          const kept = await withClient((client) =>
            client.query(`SELECT FROM ${schema}.checkpoint_blobs WHERE thread_id = 'damaged'`),
          );
          expect(kept.rowCount).toBe(3);
        }),
    );

    it("a thread of which only values, parts or writes are there is found and swept", () =>
      withSaver(mode, async (saver, schema) => {
        const tables = ["checkpoint_blobs", "waypost_parts", "checkpoint_writes"];
        for (const id of tables) {
          // Of shared values the parts would be missing, too.
          const values = id === "checkpoint_blobs" ? { a: 1 } : { log };
          const [config = {}] = await putChain(saver, id, 2, () => values);
          await saver.putWrites(config, [["log", 1]], "task");
          const old = { ...checkpoint({}), id: "1ef00000-0000-6000-8000-000000000000" };
          const root = await saver.put(thread(id), old, METADATA, {});
          await saver.putWrites(root, [["log", 1]], "task");
        }
        await withClient(async (client) => {
          for (const id of tables) {
            for (const table of ["checkpoints", ...tables]) {
              if (table === id) continue;
              await client.query(`DELETE FROM ${schema}.${table} WHERE thread_id = $1`, [id]);
            }
          }
        });
        const { saver: other, close } = await mode.open(databaseUrl(), { schema });
        const orphans = [{ kind: "orphans", repaired: false }];
        expect(await collect(other.verify())).toMatchObject(
          [...tables].sort().map((threadId) => ({ threadId, problems: orphans })),
        );
        await other.sweep({ keepLast: 1 });
        await close();
        expect(await rowsLeft(schema, "checkpoint_blobs")).toBe(0);
        expect(await rowsLeft(schema, "waypost_parts")).toBe(0);
        // Of the last hour: their checkpoint may still come.
        expect(await rowsLeft(schema, "checkpoint_writes")).toBe(1);
        await saver.deleteThread("checkpoint_writes");
        expect(await rowsLeft(schema, "checkpoint_writes")).toBe(0);
      }));
  });
}
