import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { DATABASE_URL } from "@waypost/example-agent";
import pg from "pg";
import { ask, forget, openStore, schema } from "./conversation.ts";

const pool = new pg.Pool({ connectionString: DATABASE_URL });
const saver = new PostgresSaver(pool, undefined, { schema });
await saver.setup();
const store = openStore();

if (process.argv[2] === "begin") await forget(saver, store); // an earlier run
await ask(saver, store);

await store.stop();
await pool.end();
