import { DATABASE_URL } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";
import Knex from "knex";
import pg from "pg";
import { demonstrate, ITEM, schema } from "./order.ts";

const knex = Knex({ client: "pg", connection: DATABASE_URL });
const pool = new pg.Pool({ connectionString: DATABASE_URL }); // Knex has a pool that is not pg's

await demonstrate("Knex", pool, new PgSaver(pool, { schema }), (work) =>
  knex.transaction(async (trx) => {
    await trx("orders").withSchema(schema).insert({ item: ITEM });
    const client = await trx.client.acquireConnection(); // of this transaction
    await work(new PgSaver(client, { schema }));
  }),
);
await knex.destroy();
await pool.end();
