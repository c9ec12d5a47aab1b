import { DATABASE_URL } from "@waypost/example-agent";
import { PostgresJsSaver } from "@waypost/postgres-js";
import { drizzle } from "drizzle-orm/postgres-js";
import pg from "pg";
import postgres from "postgres";
import { demonstrate, ITEM, schema } from "./order.ts";

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 1 }); // only counts
const db = drizzle({ client: postgres(DATABASE_URL, { onnotice: () => {} }) });
const sql = db.$client;

await demonstrate("Drizzle over postgres.js", pool, new PostgresJsSaver(sql, { schema }), (work) =>
  sql.begin(async (transaction) => {
    await transaction`INSERT INTO ${transaction(schema)}.orders (item) VALUES (${ITEM})`;
    await work(new PostgresJsSaver(transaction, { schema }));
  }),
);
await sql.end();
await pool.end();
