import { CONTENT_TABLES } from "@waypost/core/adapter";
import { Command } from "commander";
import { clusterOf } from "../citus.ts";
import { bold, print, printable, printJson, printTable, time } from "../output.ts";
import { globalsOf, Session } from "../session.ts";
import { bytes, number } from "../units.ts";

interface TableRow {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  readonly indexBytes: number;
  readonly deadRows: number;
  readonly vacuumed: Date | null;
}

const BIGGEST = 10;

export const statusCommand = (): Command =>
  new Command("status")
    .description("versions, sizes, bloat, the biggest threads and the oldest checkpoint")
    .action(async (_, command: Command) => {
      const globals = globalsOf(command);
      await using session = new Session(globals);
      const status = await read(session);
      if (globals.json) {
        printJson(status);
        return;
      }
      print(`Postgres ${status.server}, version ${status.version} of the tables`);
      print(`In ${session.place}`);
      print(`Oldest checkpoint: ${time(status.oldest) || "none"}\n`);
      printTable(
        ["table", ">rows", ">size", ">indexes", ">dead", "last vacuum"],
        status.tables.map((table) => [
          table.table,
          number(table.rows),
          bytes(table.bytes),
          bytes(table.indexBytes),
          number(table.deadRows),
          time(table.vacuumed) || "never",
        ]),
      );
      print(`\n${bold("Biggest threads")}`);
      printTable(
        ["thread", ">values", ">stored"],
        status.biggest.map(({ thread, values, bytes: size }) => [
          printable(thread),
          number(values),
          bytes(size),
        ]),
      );
    });

async function read(session: Session) {
  const [{ server } = { server: "" }] = await session.rows<{ server: string }>(
    "SELECT pg_catalog.current_setting('server_version') AS server",
  );
  const [migrations] = await session.rows<{ version: number }>(
    `SELECT pg_catalog.max(version)::int AS version FROM ${session.table("waypost_migrations")}`,
  );
  const [checkpoints] = await session.rows<{ oldest: string | null }>(
    `SELECT pg_catalog.min(checkpoint ->> 'ts'::text) AS oldest FROM ${session.table("checkpoints")}`,
  );
  const names = CONTENT_TABLES.map(({ name }) => name);
  const cluster = await clusterOf(session, names);
  return {
    server,
    schema: session.schema,
    version: migrations?.version ?? 0,
    oldest: checkpoints?.oldest ?? null,
    tables: await session.rows<TableRow>(cluster === undefined ? TABLES : SHARDS, [
      session.schema,
      names,
    ]),
    biggest: await session.rows<{ thread: string; values: number; bytes: number }>(
      `SELECT thread_id AS thread, pg_catalog.count(*)::int AS values,
         (pg_catalog.sum(coalesce(pg_catalog.pg_column_size(blob), 0)) + (
           SELECT coalesce(pg_catalog.sum(pg_catalog.pg_column_size(bytes)), 0)
           FROM ${session.table("waypost_parts")} p WHERE p.thread_id = b.thread_id
         ))::float8 AS bytes
       FROM ${session.table("checkpoint_blobs")} b GROUP BY thread_id ORDER BY bytes DESC, thread LIMIT ${BIGGEST}`,
    ),
  };
}

/** Estimates of the server's own statistics: counting would read all. Partitions count for their table. */
const TABLES = `
SELECT c.relname AS table, pg_catalog.sum(greatest(r.reltuples, s.n_live_tup, 0))::float8 AS rows,
  pg_catalog.sum(pg_catalog.pg_total_relation_size(r.oid))::float8 AS bytes,
  pg_catalog.sum(pg_catalog.pg_indexes_size(r.oid))::float8 AS "indexBytes",
  pg_catalog.sum(s.n_dead_tup)::float8 AS "deadRows",
  pg_catalog.max(greatest(s.last_vacuum, s.last_autovacuum)) AS vacuumed
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class r ON r.oid = c.oid OR r.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = c.oid)
  JOIN pg_stat_all_tables s ON s.relid = r.oid
WHERE n.nspname = $1 AND c.relname = ANY ($2)
  AND r.relkind = 'r'
GROUP BY c.relname ORDER BY c.relname`;

/** The same of the shards of each table, asked where they lie; `%s` is the shard. */
const SHARDS = `
SELECT t.name AS table, pg_catalog.sum((s.row ->> 'rows')::float8) AS rows,
  pg_catalog.sum((s.row ->> 'bytes')::float8) AS bytes,
  pg_catalog.sum((s.row ->> 'indexBytes')::float8) AS "indexBytes",
  pg_catalog.sum((s.row ->> 'deadRows')::float8) AS "deadRows",
  pg_catalog.max((s.row ->> 'vacuumed')::timestamptz) AS vacuumed
FROM pg_catalog.unnest($2::text[]) t(name) CROSS JOIN LATERAL (
  SELECT result::jsonb AS row
  FROM pg_catalog.run_command_on_shards(pg_catalog.format('%I.%I', $1::text, t.name), $$
    SELECT pg_catalog.jsonb_build_object(
      'rows', greatest(c.reltuples, s.n_live_tup, 0), 'bytes', pg_catalog.pg_total_relation_size(c.oid),
      'indexBytes', pg_catalog.pg_indexes_size(c.oid), 'deadRows', s.n_dead_tup,
      'vacuumed', greatest(s.last_vacuum, s.last_autovacuum))
    FROM pg_class c JOIN pg_stat_all_tables s ON s.relid = c.oid WHERE c.oid = '%s'::regclass
  $$)
  WHERE success
) s
GROUP BY t.name ORDER BY t.name`;
