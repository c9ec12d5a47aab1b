import { ACTS, DATABASE_URL } from "@waypost/example-agent";
import { KyselySaver, type WaypostDatabase } from "@waypost/kysely";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";

export const schema = "example_kysely_transaction";

/** The saver's tables, and one of the application. */
interface Database extends WaypostDatabase {
  questions: { thread: string; question: string };
}

const pool = new pg.Pool({ connectionString: DATABASE_URL });

/** Destroying it ends the pool. */
export const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) }).withSchema(
  schema,
);

/** The checkpoint tables, and the application's own table, empty for the first act. */
export async function prepareTables(): Promise<void> {
  await new KyselySaver(db, { schema }).setup();
  if (process.argv[2] === ACTS[0]) await db.schema.dropTable("questions").ifExists().execute();
  await db.schema
    .createTable("questions")
    .ifNotExists()
    .addColumn("thread", "text")
    .addColumn("question", "text")
    .execute();
}

/** What is committed, in words. */
export async function countRows(): Promise<string> {
  const count = async (table: "checkpoints" | "questions") => {
    const all = db.selectFrom(table).select(({ fn }) => fn.countAll<string>().as("rows"));
    return (await all.executeTakeFirstOrThrow()).rows;
  };
  return `${await count("checkpoints")} checkpoints and ${await count("questions")} questions`;
}
