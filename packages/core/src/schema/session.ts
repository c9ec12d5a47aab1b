import type { Queryable } from "../driver/driver.js";
import { ConfigurationError } from "../errors/errors.js";
import { quoteIdentifier, quoteLiteral } from "./identifiers.js";

/** Multiranges came with Postgres 14. */
export const OLDEST_SERVER = 140_000;

/** Columns that say what a server is, for `assertServer`. */
export const SERVER_COLUMNS = `pg_catalog.current_setting('server_version_num')::int AS server,
  pg_catalog.current_setting('server_version') AS version,
  pg_catalog.current_setting('server_encoding') AS encoding`;

export interface ServerColumns {
  readonly server: number;
  readonly version: string;
  readonly encoding: string;
}

/**
 * @param oldest version of the oldest server that will do, as `server_version_num` has it
 * @throws ConfigurationError if the server is older, or the database is not encoded in UTF-8
 */
export function assertServer<Found extends ServerColumns>(
  found: Found | undefined,
  oldest = OLDEST_SERVER,
): asserts found is Found {
  if (found !== undefined && found.server < oldest) {
    throw new ConfigurationError(
      "WAYPOST_OLD_SERVER",
      `Waypost needs Postgres ${Math.floor(oldest / 10_000)} or newer, and this server is ${found.version}. Nothing was created.`,
    );
  }
  if (found?.encoding !== "UTF8") {
    throw new ConfigurationError(
      "WAYPOST_ENCODING",
      "Waypost needs a database encoded in UTF8; create one with ENCODING 'UTF8'.",
    );
  }
}

export function createSchemaCommand(schema: string): string {
  return `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`;
}

/** Held until the transaction ends, hence also correct where a pooler changes the session between transactions. */
export function lockCommand(schema: string): string {
  return `SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(${quoteLiteral(`waypost setup ${schema}`)}, 0))`;
}

/** Runs a command without parameters. */
export function execute(session: Queryable, text: string): Promise<object[]> {
  return session.query({ text, values: [], name: "" });
}
