import { withClient } from "./database.ts";

/**
 * What Python's `langgraph-checkpoint-postgres` runs in its `setup()`, migration by migration. It
 * can't be installed beside a JavaScript test, so its effects are replayed on the real server.
 */
export const PYTHON_MIGRATIONS: readonly string[] = [
  "CREATE TABLE IF NOT EXISTS checkpoint_migrations (v INTEGER PRIMARY KEY)",
  `CREATE TABLE IF NOT EXISTS checkpoints (
     thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL DEFAULT '', checkpoint_id TEXT NOT NULL,
     parent_checkpoint_id TEXT, type TEXT, checkpoint JSONB NOT NULL,
     metadata JSONB NOT NULL DEFAULT '{}', PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id))`,
  `CREATE TABLE IF NOT EXISTS checkpoint_blobs (
     thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL DEFAULT '', channel TEXT NOT NULL,
     version TEXT NOT NULL, type TEXT NOT NULL, blob BYTEA,
     PRIMARY KEY (thread_id, checkpoint_ns, channel, version))`,
  `CREATE TABLE IF NOT EXISTS checkpoint_writes (
     thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL DEFAULT '', checkpoint_id TEXT NOT NULL,
     task_id TEXT NOT NULL, idx INTEGER NOT NULL, channel TEXT NOT NULL, type TEXT,
     blob BYTEA NOT NULL, PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id, task_id, idx))`,
  "ALTER TABLE checkpoint_blobs ALTER COLUMN blob DROP NOT NULL",
  "SELECT 1",
  "CREATE INDEX CONCURRENTLY IF NOT EXISTS checkpoints_thread_id_idx ON checkpoints (thread_id)",
  "CREATE INDEX CONCURRENTLY IF NOT EXISTS checkpoint_blobs_thread_id_idx ON checkpoint_blobs (thread_id)",
  "CREATE INDEX CONCURRENTLY IF NOT EXISTS checkpoint_writes_thread_id_idx ON checkpoint_writes (thread_id)",
  "ALTER TABLE checkpoint_writes ADD COLUMN IF NOT EXISTS task_path TEXT NOT NULL DEFAULT ''",
];

/** Runs those migrations that the schema does not have yet, the first `count` at most. */
export async function pythonSetup(schema: string, count = PYTHON_MIGRATIONS.length): Promise<void> {
  await withClient(async (client) => {
    await client.query(`SET search_path TO ${client.escapeIdentifier(schema)}`);
    await client.query(PYTHON_MIGRATIONS[0] as string);
    const { rows } = await client.query("SELECT max(v) AS v FROM checkpoint_migrations");
    for (let v = (rows[0].v ?? -1) + 1; v < count; v++) {
      await client.query(PYTHON_MIGRATIONS[v] as string);
      await client.query("INSERT INTO checkpoint_migrations (v) VALUES ($1)", [v]);
    }
  });
}
