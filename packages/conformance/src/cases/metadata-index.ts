import { InvalidInputError, type SetupOptions } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { databaseUrl, withClient, withSchema } from "../database.ts";
import { chainGraph, thread } from "../graphs.ts";
import type { Mode, Session } from "../mode.ts";

const WITH_INDEX: SetupOptions = { metadataIndex: true };

/** The indexes on metadata, of the table and of its partitions. */
const indexesOf = (schema: string) =>
  withClient(async (client) => {
    const { rows } = await client.query(
      `SELECT c.relname AS name, i.indexrelid AS id, i.indisvalid AS valid, c.relkind AS kind
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       WHERE c.relnamespace = $1::regnamespace AND c.relname LIKE 'waypost_metadata%' ORDER BY 1`,
      [schema],
    );
    return rows as { name: string; id: number; valid: boolean; kind: string }[];
  });

const valid = (name: string, kind = "i") => expect.objectContaining({ name, kind, valid: true });

export function metadataIndexCases(mode: Mode): void {
  const withSessions = (
    count: number,
    work: (sessions: readonly [Session, ...Session[]], schema: string) => Promise<void>,
    options = {},
  ) =>
    withSchema(async (schema) => {
      const opened = Array.from({ length: count }, () =>
        mode.open(databaseUrl(), { schema, ...options }),
      );
      const sessions = (await Promise.all(opened)) as [Session, ...Session[]];
      await work(sessions, schema).finally(() => Promise.all(sessions.map((one) => one.close())));
    });

  describe(`${mode.name}: the index on metadata`, () => {
    it("is not made by a value that is no flag", () =>
      withSessions(1, async ([{ saver }]) => {
        const setup = saver.setup({ metadataIndex: "yes" as never });
        await expect(setup).rejects.toThrow(InvalidInputError);
      }));

    if (mode.begin) {
      it("is refused in a transaction, which goes on", () =>
        withSessions(1, async ([{ saver }]) => {
          await saver.setup();
          await expect(saver.setup(WITH_INDEX)).rejects.toThrow("waypost setup --metadata-index");
          await chainGraph(saver).invoke({ log: [] }, thread("1"));
          expect(await saver.listThreads()).toHaveLength(1);
        }));
      return;
    }

    it("is made once, with the tables or later, and found by filters", () =>
      withSessions(1, async ([{ saver }], schema) => {
        await saver.setup();
        await chainGraph(saver).invoke({ log: [] }, { ...thread("1"), metadata: { user: "ann" } });
        expect(await indexesOf(schema)).toEqual([]);
        await saver.setup(WITH_INDEX);
        const made = await indexesOf(schema);
        expect(made).toEqual([valid("waypost_metadata")]);
        await saver.setup(WITH_INDEX);
        await saver.setup();
        expect(await indexesOf(schema)).toEqual(made);
        expect(await saver.listThreads({ filter: { user: "ann" } })).toHaveLength(1);
      }));

    it("is made anew where an attempt was given up", () =>
      withSessions(1, async ([{ saver }], schema) => {
        await saver.setup(WITH_INDEX);
        const [{ id } = { id: 0 }] = await indexesOf(schema);
        await withClient((client) =>
          client.query("UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1", [id]),
        );
        await saver.setup(WITH_INDEX);
        const made = await indexesOf(schema);
        expect(made).toEqual([valid("waypost_metadata")]);
        expect(made[0]?.id).not.toBe(id);
      }));

    it("is refused with settings for a session, which take a transaction", () =>
      withSessions(
        1,
        async ([{ saver }]) => {
          await expect(saver.setup(WITH_INDEX)).rejects.toThrow("waypost setup --metadata-index");
        },
        { session: { "app.tenant": "a" } },
      ));

    // A cluster has partitions of its own, and of several that make the index at once one can fail there.
    if (mode.distributed) return;

    it("is made once by several that ask for it at the same time", () =>
      withSessions(3, async (sessions, schema) => {
        await Promise.all(sessions.map(({ saver }) => saver.setup(WITH_INDEX)));
        expect(await indexesOf(schema)).toEqual([valid("waypost_metadata")]);
      }));

    it("is made of those of all partitions", () =>
      withSessions(1, async ([{ saver }], schema) => {
        await saver.setup({ partitions: 2 });
        for (const _ of ["made", "kept"]) {
          await saver.setup({ partitions: 2, ...WITH_INDEX });
          expect(await indexesOf(schema)).toEqual([
            valid("waypost_metadata", "I"),
            valid("waypost_metadata_0_of_2"),
            valid("waypost_metadata_1_of_2"),
          ]);
        }
      }));
  });
}
