import { conformance, transactionMode } from "@waypost/conformance";
import { PgSaver } from "@waypost/pg";
import pg from "pg";

conformance(
  transactionMode("pg PoolClient in a transaction", async (url, options) => {
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    const client = await pool.connect();
    await client.query("BEGIN");
    return {
      saver: new PgSaver(client, options),
      run: (text) => client.query(text),
      async end(how) {
        await client.query(how);
        client.release();
        await pool.end();
      },
    };
  }),
);
