import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { POOL_SIZE, type Raw, type Subject } from "./subject.ts";

interface Queries {
  query(query: { text: string; values: string[]; name?: string }): Promise<{ rows: object[] }>;
}

export const rawOver =
  (target: Queries, prepare: boolean): Raw =>
  async ({ name, text, values }) => {
    const query = { text, values: [...values], ...(prepare ? { name } : {}) };
    return (await target.query(query)).rows as Record<string, unknown>[];
  };

const common = { driver: "pg", ours: true, wire: true } as const;

const pool = (prepare: boolean): Subject => ({
  ...common,
  name: prepare ? "pg Pool" : "pg Pool, unprepared",
  main: prepare,
  prepares: prepare,
  async open({ url, schema, cacheBytes }) {
    const client = new pg.Pool({ connectionString: url, max: POOL_SIZE });
    return {
      saver: new PgSaver(client, { schema, prepare, cacheBytes }),
      raw: rawOver(client, prepare),
      close: () => client.end(),
    };
  },
});

const single = (prepare: boolean, pipeline: boolean): Subject => ({
  ...common,
  name: ["pg Client", pipeline && "pipelined", !prepare && "unprepared"].filter(Boolean).join(", "),
  main: prepare,
  prepares: prepare,
  async open({ url, schema, cacheBytes }) {
    const client = new pg.Client({ connectionString: url, pipeline });
    await client.connect();
    return {
      saver: new PgSaver(client, { schema, prepare, cacheBytes }),
      // One query at a time unless pipelined, as pg demands of everybody.
      raw: pipeline ? rawOver(client, prepare) : oneAtATime(rawOver(client, prepare)),
      close: () => client.end(),
    };
  },
});

function oneAtATime(raw: Raw): Raw {
  let last: Promise<unknown> = Promise.resolve();
  return (statement) => {
    const next = last.then(() => raw(statement));
    last = next.catch(() => {});
    return next;
  };
}

export const PG_SUBJECTS: readonly Subject[] = [
  pool(true),
  pool(false),
  single(true, false),
  single(false, false),
  single(true, true),
  single(false, true),
];
