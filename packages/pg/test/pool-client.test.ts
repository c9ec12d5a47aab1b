import { conformance } from "@waypost/conformance";
import { PgSaver } from "@waypost/pg";
import pg from "pg";

conformance({
  name: "pg PoolClient in a transaction",
  inTransaction: true,
  transactionOverhead: 0, // it joins the one that is open
  async open(url, options) {
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    const client = await pool.connect();
    await client.query("BEGIN");
    return {
      saver: new PgSaver(client, options),
      async close() {
        await client.query("ROLLBACK");
        client.release();
        await pool.end();
      },
    };
  },
});
