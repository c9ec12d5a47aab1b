import { ACTS } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";
import type pg from "pg";

export const schema = "example_transaction";

/** The checkpoint tables, and the application's own table, empty for the first act. */
export async function prepareTables(pool: pg.Pool): Promise<void> {
  await new PgSaver(pool, { schema }).setup();
  if (process.argv[2] === ACTS[0]) await pool.query(`DROP TABLE IF EXISTS ${schema}.questions`);
  await pool.query(`CREATE TABLE IF NOT EXISTS ${schema}.questions (thread text, question text)`);
}

/** What is committed, in words. */
export async function countRows(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ checkpoints: string; questions: string }>(
    `SELECT (SELECT count(*) FROM ${schema}.checkpoints) AS checkpoints,
            (SELECT count(*) FROM ${schema}.questions) AS questions`,
  );
  return `${rows[0]?.checkpoints} checkpoints and ${rows[0]?.questions} questions`;
}
