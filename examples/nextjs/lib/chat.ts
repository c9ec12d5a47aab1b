import { DATABASE_URL, weatherAgent } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";
import pg from "pg";

async function open() {
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
  pool.on("error", (error) => console.error("idle connection lost:", error.message));
  const saver = new PgSaver(pool, { schema: "example_nextjs" });
  await saver.setup();
  return { pool, saver, agent: await weatherAgent(saver) };
}

/** Next.js loads this module again at each change of a file; the global object stays. */
const shared = globalThis as { chat?: ReturnType<typeof open> };

/** One pool for the process. After a failure the next request tries again. */
export function openChat(): ReturnType<typeof open> {
  shared.chat ??= open().catch((error) => {
    delete shared.chat;
    throw error;
  });
  return shared.chat;
}
