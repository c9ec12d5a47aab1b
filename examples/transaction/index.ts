import { DATABASE_URL, playAct } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { countRows, prepareTables, schema } from "./tables.ts";

const pool = new pg.Pool({ connectionString: DATABASE_URL });
await prepareTables(pool);

const client = await pool.connect();
try {
  await client.query("BEGIN");
  const saver = new PgSaver(client, { schema }); // joins the transaction of its client
  const { thread, question } = await playAct(saver);
  await client.query(`INSERT INTO ${schema}.questions VALUES ($1, $2)`, [thread, question]);
  await client.query("COMMIT");
} catch (error) {
  await client.query("ROLLBACK");
  throw error;
} finally {
  client.release();
}

console.log(`  committed together, now there are ${await countRows(pool)}`);
await pool.end();
