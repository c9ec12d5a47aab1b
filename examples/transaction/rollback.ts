import { DATABASE_URL, playAct } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { countRows, prepareTables, schema } from "./tables.ts";

const pool = new pg.Pool({ connectionString: DATABASE_URL });
await prepareTables(pool);
const before = await countRows(pool);

const client = await pool.connect();
await client.query("BEGIN");
const { thread, question } = await playAct(new PgSaver(client, { schema }));
await client.query(`INSERT INTO ${schema}.questions VALUES ($1, $2)`, [thread, question]);
await client.query("ROLLBACK"); // as if your own code had failed here
client.release();

const after = await countRows(pool);
await pool.end();
if (after !== before) throw new Error(`Expected ${before} after the rollback, found ${after}.`);
console.log(`  rolled back together, still there are ${after}`);
