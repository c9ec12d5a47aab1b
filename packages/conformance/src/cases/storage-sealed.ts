import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { databaseUrl, withClient, withSaver } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { CountingProxy } from "../wire.ts";
import { encrypted, FIRST, grown, messages, openWith, partsIn } from "./storage-pieces.ts";
import { append } from "./storage-sharing.ts";

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

/** What somebody learns of encrypted values, and can do to them, who sees the wire or writes to the tables. */
export function storageSealedCases(mode: Mode): void {
  if (mode.begin) return; // one transaction sees nothing of another
  const { withSerde, withOther } = openWith(mode);

  describe(`${mode.name}: incremental storage of encrypted values, attacked`, () => {
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
  });
}
