import { DATABASE_URL } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";
import { drizzle } from "drizzle-orm/node-postgres";
import { pgSchema, serial, text } from "drizzle-orm/pg-core";
import pg from "pg";
import { demonstrate, ITEM, schema } from "./order.ts";

const orders = pgSchema(schema).table("orders", { id: serial().primaryKey(), item: text() });
const pool = new pg.Pool({ connectionString: DATABASE_URL });
const db = drizzle({ client: pool });

await demonstrate("Drizzle", pool, new PgSaver(db.$client, { schema }), async (work) => {
  const client = await pool.connect();
  try {
    await drizzle({ client }).transaction(async (tx) => {
      await tx.insert(orders).values({ item: ITEM });
      await work(new PgSaver(client, { schema })); // joins the transaction of its client
    });
  } finally {
    client.release();
  }
});
await pool.end();
