import { DATABASE_URL } from "@waypost/example-agent";
import type { WaypostDatabase } from "@waypost/kysely";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";

export const schema = "example_kysely";

/** The saver's tables, and one of the application. */
interface Database extends WaypostDatabase {
  customers: { thread_id: string; name: string };
}

const pool = new pg.Pool({ connectionString: DATABASE_URL });

/** Destroying it ends the pool. */
export const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) }).withSchema(
  schema,
);
