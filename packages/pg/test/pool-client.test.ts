import { saverOrEnd, transactionMode } from "@waypost/conformance";
import { PgSaver } from "@waypost/pg";
import { suite } from "@waypost/testing";
import pg from "pg";

suite(
  transactionMode("pg PoolClient in a transaction", async (url, options) => {
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    const client = await pool.connect();
    await client.query("BEGIN");
    const end = async (how: string) => {
      await client.query(how);
      client.release();
      await pool.end();
    };
    return {
      saver: await saverOrEnd(
        () => new PgSaver(client, options),
        () => end("rollback"),
      ),
      run: (text) => client.query(text),
      end,
    };
  }),
);
