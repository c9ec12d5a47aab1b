import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { databaseUrl, withClient, withSchema } from "@waypost/conformance/fixtures";
import { KyselyStore } from "@waypost/kysely/store";
import { PgStore } from "@waypost/pg/store";
import type { IndexOptions } from "@waypost/store";
import { STORE_MODES, vectorCases } from "@waypost/testing/store";
import { Kysely, PGliteDialect } from "kysely";
import { describe, expect, it } from "vitest";

const indexOf = (dims: number, more: Partial<IndexOptions> = {}): IndexOptions => ({
  dims,
  embed: async (texts) =>
    texts.map((text) => Array.from({ length: dims }, (_, i) => i + text.length)),
  ...more,
});

async function withDatabase(
  extensions: object,
  work: (storeOf: (index?: IndexOptions) => KyselyStore, pglite: PGlite) => Promise<void>,
) {
  const pglite = new PGlite({ extensions: extensions as never });
  const db = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite }) });
  try {
    await work((index) => new KyselyStore(db, { schema: "v", index }), pglite);
  } finally {
    await db.destroy();
  }
}

describe("a database without pgvector", () => {
  it("is set up for all but vectors, and says what these need", () =>
    withDatabase({}, async (storeOf) => {
      const withIndex = storeOf(indexOf(3));
      await expect(withIndex.setup()).rejects.toMatchObject({ code: "WAYPOST_NO_PGVECTOR" });
      await storeOf().setup();
      await storeOf().put(["a"], "k", { text: "tea" });
      expect(await storeOf().search(["a"], { query: "tea" })).toHaveLength(1);
      expect(await withIndex.get(["a"], "k")).not.toBeNull();
      expect(await withIndex.search(["a"])).toHaveLength(1);
      expect(await withIndex.search(["a"], { query: "tea", mode: "text" })).toHaveLength(1);
      await withIndex.delete(["a"], "none");
      const search = withIndex.search(["a"], { query: "tea" });
      await expect(search).rejects.toMatchObject({ code: "WAYPOST_NO_PGVECTOR" });
    }));
});

describe("a table of vectors", () => {
  it("is added to a store that had none, in any schema of the extension", () =>
    withDatabase({ vector }, async (storeOf, pglite) => {
      await storeOf().setup();
      await storeOf().put(["a"], "before", { text: "tea" });
      await pglite.exec(`CREATE SCHEMA "ext ""x"; CREATE EXTENSION vector SCHEMA "ext ""x"`);
      const store = storeOf(indexOf(3));
      await store.setup();
      await store.setup();
      await store.put(["a"], "after", { text: "tea" });
      const found = await store.search(["a"], { query: "tea" });
      expect(found.map(({ key }) => key)).toEqual(["after"]);
    }));

  it("of other dimensions is refused", () =>
    withDatabase({ vector }, async (storeOf) => {
      await storeOf(indexOf(3)).setup();
      const other = storeOf(indexOf(4)).setup();
      await expect(other).rejects.toMatchObject({ code: "WAYPOST_DIMENSIONS" });
    }));

  it("has an index for each metric that a store asks for, and none above 2,000 dimensions", () =>
    withDatabase({ vector }, async (storeOf, pglite) => {
      await storeOf(indexOf(3)).setup();
      await storeOf(indexOf(3, { distanceMetric: "l2", indexType: "ivfflat" })).setup();
      const { rows } = await pglite.query<{ indexdef: string }>(
        "SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'idx_store_vectors%' ORDER BY indexname",
      );
      expect(rows.map(({ indexdef }) => indexdef.replace(/.*USING /, ""))).toEqual([
        "hnsw (embedding vector_cosine_ops) WITH (m='16', ef_construction='200')",
        "ivfflat (embedding) WITH (lists='100')",
      ]);
      await pglite.exec("DROP TABLE v.store_vectors");
      const large = storeOf(indexOf(3072));
      await large.setup();
      await large.setup();
      await large.put(["a"], "k", { text: "tea" });
      expect(await large.search(["a"], { query: "tea" })).toHaveLength(1);
    }));

  it("is read by its index where many items are searched, and without it in a small namespace", () =>
    withDatabase({ vector }, async (storeOf, pglite) => {
      const letters = "abcdefghijklmnopqrstuvwxyz";
      const dims = letters.length;
      const embed = async (texts: string[]) =>
        texts.map((text) => [...letters].map((letter) => text.split(letter).length));
      const store = storeOf(indexOf(dims, { embed, fields: ["text"] }));
      await store.setup();
      const textOf = (i: number) =>
        letters
          .repeat(2)
          .slice(i % dims, (i % dims) + 1 + (i % 7))
          .repeat(1 + (i % 5));
      await store.batch(
        Array.from({ length: 4000 }, (_, i) => ({
          ...{ namespace: i < 20 ? ["small"] : ["large"], key: `${i}`, value: { text: textOf(i) } },
        })),
      );
      await pglite.exec("ANALYZE v.store; ANALYZE v.store_vectors");
      const scans = async (prefix: string[]) => {
        const count = async () => {
          await pglite.query("SELECT pg_stat_force_next_flush()");
          const { rows } = await pglite.query<{ scans: number }>(
            "SELECT idx_scan::int AS scans FROM pg_stat_user_indexes WHERE indexrelname LIKE 'idx_store_vectors%'",
          );
          return rows[0]?.scans ?? 0;
        };
        const before = await count();
        expect(await store.search(prefix, { query: "abc", limit: 5 })).toHaveLength(5);
        return (await count()) - before;
      };
      expect(await scans([])).toBe(1);
      expect(await scans(["large"])).toBe(1);
      expect(await scans(["small"])).toBe(0);
    }));

  it.each([
    [{ dims: 0 }, /dims/],
    [{ dims: 20_000 }, /dims/],
    [{ embed: "x" }, /embed/],
    [{ fields: "text" }, /fields/],
    [{ distanceMetric: "manhattan" }, /cosine/],
    [{ indexType: "flat" }, /hnsw/],
    [{ hnsw: { ef: 1 } }, /"ef".*hnsw/],
    [{ embeddings: 1 }, /"embed"/],
  ])("is refused with %o before anything is sent", (options, said) => {
    const index = { ...indexOf(3), ...options } as never;
    expect(() => PgStore.fromConnString("postgresql://localhost:1/x", { index })).toThrow(said);
  });
});

const [server] = await withClient(async (client) => {
  const { rows } = await client.query("SELECT FROM pg_available_extensions WHERE name = 'vector'");
  return rows;
});

if (server === undefined) {
  it.skip("vectors over pg and postgres.js (the server of DATABASE_URL does not have pgvector)", () => {});
} else {
  vectorCases(STORE_MODES.pgPool);
  vectorCases(STORE_MODES.postgresJs);

  it("of the official store are found, and it finds ours", () =>
    withSchema(async (schema) => {
      const { PostgresStore } = await import("@langchain/langgraph-checkpoint-postgres/store");
      const official = PostgresStore.fromConnString(databaseUrl(), {
        schema,
        index: indexOf(3) as never,
      });
      await official.setup();
      await using ours = PgStore.fromConnString(databaseUrl(), { schema, index: indexOf(3) });
      await ours.setup();
      await official.put(["a"], "theirs", { text: "tea" });
      await ours.put(["a"], "ours", { text: "tea" });
      for (const store of [official, ours]) {
        const found = await store.search(["a"], { query: "tea" });
        expect(found.map(({ key }) => key).sort()).toEqual(["ours", "theirs"]);
      }
      await official.stop();
    }));
}
