import type { ThreadSaver } from "@langchain/langgraph-api/experimental/embed";
import type { PgSaver } from "@waypost/pg";
import type pg from "pg";

/** The server's list of threads, a table of the application's. The saver has what is in them. */
export async function threadsIn(
  pool: pg.Pool,
  schema: string,
  saver: PgSaver,
): Promise<ThreadSaver> {
  const table = `${schema}.threads`;
  await pool.query(
    `CREATE TABLE IF NOT EXISTS ${table} (thread_id uuid PRIMARY KEY, metadata jsonb)`,
  );
  const one = async (text: string, values: unknown[]) => {
    const { rows } = await pool.query(text, values);
    if (rows[0] === undefined) throw new Error("There is no such thread.");
    return rows[0];
  };
  return {
    get: (id) => one(`SELECT thread_id, metadata FROM ${table} WHERE thread_id = $1`, [id]),
    set: (id, { metadata = {} }) =>
      one(
        `INSERT INTO ${table} AS t VALUES ($1, $2) ON CONFLICT (thread_id)
         DO UPDATE SET metadata = t.metadata || excluded.metadata RETURNING thread_id, metadata`,
        [id, metadata],
      ),
    async delete(id) {
      await saver.deleteThread(id);
      await pool.query(`DELETE FROM ${table} WHERE thread_id = $1`, [id]);
    },
  };
}
