import { DATABASE_URL, weatherAgent } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";
import pg from "pg";

/** One pool, one saver and one agent for all requests of a process. */
export async function openAgent() {
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 20 });
  pool.on("error", (error) => console.error("idle connection lost:", error.message));
  const saver = new PgSaver(pool, { schema: "example_http" });
  await saver.setup();
  return { pool, saver, agent: await weatherAgent(saver) };
}
