import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import {
  chainGraph,
  committedIn,
  databaseUrl,
  thread,
  withSchema,
} from "@waypost/conformance/fixtures";
import { KyselySaver, type WaypostDatabase } from "@waypost/kysely";
import { overPg } from "@waypost/testing/kinds";
import { CamelCasePlugin, Kysely, PGliteDialect, WithSchemaPlugin } from "kysely";
import { describe, expect, it } from "vitest";

interface Tables extends WaypostDatabase {
  orders: { id: number };
}

async function withDb(work: (db: Kysely<Tables>, schema: string) => Promise<void>): Promise<void> {
  await withSchema(async (schema) => {
    const db = new Kysely<Tables>({ dialect: overPg(databaseUrl()) });
    try {
      await new KyselySaver(db, { schema }).setup();
      const orders = db.schema.withSchema(schema).createTable("orders");
      await orders.addColumn("id", "integer").execute();
      await work(db, schema);
    } finally {
      await db.destroy();
    }
  });
}

describe("Kysely in the caller's transaction", () => {
  it("commits checkpoints and application rows together", () =>
    withDb(async (db, schema) => {
      await db.transaction().execute(async (trx) => {
        await trx.withSchema(schema).insertInto("orders").values({ id: 1 }).execute();
        await chainGraph(new KyselySaver(trx, { schema })).invoke({ log: [] }, thread("1"));
        expect(await committedIn(schema)).toEqual({ threads: 0, orders: 0 });
      });
      expect(await committedIn(schema)).toEqual({ threads: 1, orders: 1 });
    }));

  it("rolls back to a savepoint of a controlled transaction, and commits what was before it", () =>
    withDb(async (db, schema) => {
      const trx = await db.startTransaction().execute();
      const graph = chainGraph(new KyselySaver(trx, { schema }));
      await graph.invoke({ log: [] }, thread("kept"));
      const after = await trx.savepoint("here").execute();
      await chainGraph(new KyselySaver(after, { schema })).invoke({ log: [] }, thread("lost"));
      await after.rollbackToSavepoint("here").execute();
      await trx.commit().execute();
      expect(await committedIn(schema)).toEqual({ threads: 1, orders: 0 });
    }));
});

describe("a Kysely", () => {
  it("keeps its owner's plugins, and the saver leaves them aside", () =>
    withDb(async (db, schema) => {
      const plugged = db
        .withPlugin(new CamelCasePlugin())
        .withPlugin(new WithSchemaPlugin("nowhere"));
      const graph = chainGraph(new KyselySaver(plugged, { schema }));
      const { log } = await graph.invoke({ log: ["in"] }, thread("1"));
      expect((await graph.getState(thread("1"))).values.log).toEqual(log);
      await expect(plugged.selectFrom("orders").selectAll().execute()).rejects.toThrow("nowhere");
    }));

  it("has the tables typed next to its own", () =>
    withDb(async (db, schema) => {
      await chainGraph(new KyselySaver(db, { schema })).invoke({ log: [] }, thread("1"));
      const latest = await db
        .withSchema(schema)
        .selectFrom("checkpoints")
        .select(["thread_id", "metadata"])
        .orderBy("checkpoint_id", "desc")
        .limit(1)
        .executeTakeFirstOrThrow();
      expect(latest).toMatchObject({ thread_id: "1", metadata: { source: "loop", step: 2 } });
    }));

  it("that was passed in stays open when the saver ends", () =>
    withDb(async (db, schema) => {
      await new KyselySaver(db, { schema }).end();
      expect(await db.withSchema(schema).selectFrom("orders").selectAll().execute()).toEqual([]);
    }));

  it("over PGlite keeps a conversation on disk, for the next process", async () => {
    const folder = mkdtempSync(join(tmpdir(), "waypost-pglite-"));
    try {
      const logs = [];
      for (const input of ["one", "two"]) {
        const dialect = new PGliteDialect({ pglite: new PGlite(folder) });
        await using db = new Kysely<WaypostDatabase>({ dialect });
        const saver = new KyselySaver(db);
        await saver.setup();
        logs.push((await chainGraph(saver).invoke({ log: [input] }, thread("1"))).log);
      }
      expect(logs[1]).toEqual(["one", "a", "b", "two", "a", "b"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([undefined, null, "postgresql://localhost", {}])(
    "is told from %o, which is refused with what to pass",
    (db) => {
      expect(() => new KyselySaver(db as never)).toThrow("Pass a Kysely");
    },
  );
});
