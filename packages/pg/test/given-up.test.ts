import {
  checkpoint,
  databaseUrl,
  METADATA,
  thread,
  withSchema,
} from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { expect, it } from "vitest";

const CODE = { code: "WAYPOST_TIMEOUT" };

/** A checkpoint, and a saver whose connection a query of the caller's keeps busy until it is told to end. */
const withBusy = (
  connect: () => Promise<pg.Client | pg.Pool>,
  work: (busy: {
    impatient: PgSaver;
    saver: PgSaver;
    end: () => Promise<unknown>;
    client: pg.Client | pg.Pool;
  }) => Promise<void>,
) =>
  withSchema(async (schema) => {
    await using saver = PgSaver.fromConnString(databaseUrl(), { schema });
    await saver.setup();
    const holder = new pg.Client({ connectionString: databaseUrl() });
    await holder.connect();
    await holder.query("SELECT pg_advisory_lock(hashtext($1))", [schema]);
    const client = await connect();
    const busy = client.query("SELECT pg_advisory_xact_lock(hashtext($1))", [schema]);
    const end = async () => {
      await holder.end();
      await busy;
    };
    await work({ impatient: new PgSaver(client, { schema, timeout: 200 }), saver, end, client });
    await client.end();
  });

it.each<[string, () => Promise<pg.Client | pg.Pool>]>([
  ["a pool of one", async () => new pg.Pool({ connectionString: databaseUrl(), max: 1 })],
  [
    "a client, in pg's own queue",
    async () => {
      const client = new pg.Client({ connectionString: databaseUrl() });
      await client.connect();
      return client;
    },
  ],
])("what is given up behind a query of the caller's over %s is never sent", (_, connect) =>
  withBusy(connect, async ({ impatient, saver, end, client }) => {
    const first = checkpoint({ log: ["a"] });
    await expect(
      impatient.put(thread("1"), first, METADATA, first.channel_versions),
    ).rejects.toMatchObject(CODE);
    await end();
    await client.query("SELECT 1"); // behind what waits
    expect(await impatient.getTuple(thread("1"))).toBeUndefined();
    const config = await impatient.put(thread("1"), first, METADATA, first.channel_versions);
    expect((await saver.getTuple(config))?.checkpoint.channel_values).toEqual({ log: ["a"] });
  }),
);
