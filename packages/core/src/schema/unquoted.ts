import { ConfigurationError } from "../errors/errors.js";

/**
 * Where the official savers up to 1.0.0 made their tables: they did not quote the name of the schema,
 * and of a name that is not quoted the server takes capital letters of ASCII for small ones.
 */
export function unquotedName(schema: string): string {
  return schema.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

const has = (schema: string, table: string) => `EXISTS (
    SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ${schema} AND c.relname = '${table}'
  )`;

/** Whether the tables of an official saver lie in $2, the name unquoted, and none in $1, the name as it is. */
export const OFFICIAL_ELSEWHERE = `$1::text <> $2::text
  AND ${has("$2::text", "checkpoint_migrations")}
  AND ${has("$2::text", "checkpoints")}
  AND NOT ${has("$1::text", "checkpoints")}`;

export function officialElsewhere(schema: string): ConfigurationError {
  const unquoted = unquotedName(schema);
  return new ConfigurationError(
    "WAYPOST_SCHEMA_CASE",
    `Schema "${schema}" has no tables, but "${unquoted}" has those of the official saver, which up to 1.0.0 did not quote the name. Pass schema: "${unquoted}" to go on with its threads. To begin without them, run the script of setupScript(${JSON.stringify(schema)}) once. Nothing was created.`,
  );
}
