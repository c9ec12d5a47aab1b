import { databaseUrl, putChain, withSchema } from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { expect, it } from "vitest";

it("a PoolClient without a transaction of the caller gets one where an operation needs it", () =>
  withSchema(async (schema) => {
    const pool = new pg.Pool({ connectionString: databaseUrl() });
    const client = await pool.connect();
    const saver = new PgSaver(client, { schema });
    await saver.setup();
    const [config] = await putChain(saver, "1", 1, () => ({}));
    const many = Array.from({ length: 17_000 }, (_, i): [string, unknown] => ["log", i]);
    await saver.putWrites(config ?? {}, many, "task");
    expect(client.getTransactionStatus()).toBe("I");
    expect((await saver.getTuple(config ?? {}))?.pendingWrites).toHaveLength(17_000);
    client.release();
    await pool.end();
  }));
