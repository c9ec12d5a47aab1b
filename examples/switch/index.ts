import { DATABASE_URL } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { ask, openStore, schema } from "./conversation.ts";

const pool = new pg.Pool({ connectionString: DATABASE_URL });
const saver = new PgSaver(pool, { schema });
await saver.setup(); // adds its columns and tables to the official saver's
const store = openStore(); // stays as it is

await ask(saver, store);

await store.stop();
await pool.end();
