import { PGlite } from "@electric-sql/pglite";
import type { Saver } from "@waypost/conformance";
import { dropSchema, freshName, withClient } from "@waypost/conformance/database";
import {
  CONTENT_TABLES,
  compress,
  encrypt,
  type SaverOptions,
  serializer,
} from "@waypost/core/adapter";
import { KyselySaver } from "@waypost/kysely";
import { KINDS, type KindName } from "@waypost/testing/kinds";
import { CompiledQuery, Kysely, PGliteDialect } from "kysely";

export interface Member {
  readonly name: string;
  readonly saver: Saver;
  /** Whether it can list through a cursor. */
  readonly cursor: boolean;
}

/** Savers of several kinds that share the tables of one schema. */
export interface Fleet extends AsyncDisposable {
  /** New savers, which remember nothing yet, on connections that are there. */
  savers(): Member[];
  /** Whether what they store can be read in its own thread only. */
  readonly encrypted: boolean;
  /** The tables that still hold rows, but for those of settings. */
  rowsLeft(): Promise<string[]>;
  /** Removes all rows but those of settings. */
  reset(): Promise<void>;
}

/** Few enough that all operations share them. */
const SETTINGS = { connections: 3, prepare: false };

/** How many bytes each saver remembers. */
type Memories = Readonly<Partial<Record<KindName, readonly (number | "default")[]>>>;

/** Holds about one value of those that the steps make. */
const SMALL = 2000;
const ALL: Memories = {
  "pg Pool": ["default", 0],
  "pg Pool, pipelined": [SMALL],
  "pg Client": ["default"],
  "pg Client, pipelined": [0],
  "postgres.js": ["default", SMALL],
  "postgres.js, reserved": [0],
  "Kysely over pg": ["default"],
  "Kysely over postgres.js": ["default", 0],
};
const FEW: Memories = { "pg Pool": ["default"], "postgres.js": [0], "Kysely over pg": [SMALL] };

const TABLES = CONTENT_TABLES.map(({ name }) => name);
const leftIn = (schema: string): string =>
  TABLES.map((table) => `SELECT '${table}' AS name FROM ${schema}.${table}`).join(" UNION ");
const clear = (schema: string): string[] => TABLES.map((table) => `DELETE FROM ${schema}.${table}`);

const optionsOf = (cacheBytes: number | "default"): SaverOptions =>
  cacheBytes === "default" ? {} : { cacheBytes };

async function onServer(url: string, memories: Memories, options: SaverOptions): Promise<Fleet> {
  const schema = freshName();
  const kinds = Object.entries(memories).map(([name, sizes]) => ({
    name,
    sizes,
    kind: KINDS[name as KindName],
  }));
  const opened = await Promise.all(
    kinds.map(async (it) => ({ ...it, shared: await it.kind.connect(url, SETTINGS) })),
  );
  const savers = () =>
    opened.flatMap(({ name, sizes, kind: { cursor }, shared }) =>
      sizes.map((cacheBytes) => ({
        ...{ name: `${name}, cache ${cacheBytes}`, cursor },
        saver: shared.saver({ ...options, ...optionsOf(cacheBytes), schema }),
      })),
    );
  await savers()[0]?.saver.setup();
  return {
    savers,
    encrypted: false,
    rowsLeft: () =>
      withClient(async (client) => {
        const { rows } = await client.query<{ name: string }>(leftIn(schema));
        return rows.map(({ name }) => name);
      }, url),
    reset: () =>
      withClient(async (client) => {
        for (const statement of clear(schema)) await client.query(statement);
      }, url),
    async [Symbol.asyncDispose]() {
      for (const { shared } of opened) await shared.close();
      await dropSchema(schema, url);
    },
  };
}

/** Within this process, on one connection. */
async function embedded(): Promise<Fleet> {
  const db = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite: new PGlite() }) });
  const run = (text: string) => db.executeQuery<{ name: string }>(CompiledQuery.raw(text));
  const savers = () =>
    (["default", 0] as const).map((cacheBytes) => ({
      ...{ name: `PGlite, cache ${cacheBytes}`, cursor: false },
      saver: new KyselySaver(db, optionsOf(cacheBytes)),
    }));
  await savers()[0]?.saver.setup();
  return {
    savers,
    encrypted: false,
    rowsLeft: async () => (await run(leftIn("public"))).rows.map(({ name }) => name),
    async reset() {
      for (const statement of clear("public")) await run(statement);
    },
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}

const KEYS = { keys: [{ id: "one", key: new Uint8Array(32).fill(7) }] };

/** Every fleet, by name. */
export const FLEETS: Readonly<Record<string, (url: string) => Promise<Fleet>>> = {
  "every driver": (url) => onServer(url, ALL, {}),
  compressed: (url) => onServer(url, FEW, { serde: compress(serializer(), { threshold: 100 }) }),
  encrypted: async (url) => ({
    ...(await onServer(url, FEW, { serde: encrypt(serializer(), KEYS) })),
    encrypted: true,
  }),
  PGlite: embedded,
};
