import { DATABASE_URL, playAct } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";
import pg from "pg";

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 20 });
const saver = new PgSaver(pool, { schema: "example_pool" });
await saver.setup();

await playAct(saver, { thread: "1" });

await pool.end(); // the pool is yours, and so is ending it
