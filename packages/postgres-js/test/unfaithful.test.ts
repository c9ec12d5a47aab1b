import {
  checkpoint,
  databaseUrl,
  METADATA,
  thread,
  withSchema,
} from "@waypost/conformance/fixtures";
import { PostgresJsSaver, type SaverOptions } from "@waypost/postgres-js";
import postgres from "postgres";
import { describe, expect, it } from "vitest";

type Options = postgres.Options<Record<string, postgres.PostgresType>>;
type Session = postgres.Sql | postgres.ReservedSql;

const BYTES = Uint8Array.from([1, 2, 0, 3, 128, 255]);
const WRITERS = 8;
const TURNS = 10;

/** Runs the work with a client, and with a second one to look with. */
const withClients = (
  options: Options,
  work: (sql: postgres.Sql, schema: string, look: PostgresJsSaver) => Promise<void>,
) =>
  withSchema(async (schema) => {
    const clients = [options, {}].map((each) =>
      postgres(databaseUrl(), { onnotice: () => {}, ...each }),
    );
    const [sql, other] = clients as [postgres.Sql, postgres.Sql];
    try {
      const look = new PostgresJsSaver(other, { schema, cacheBytes: 0 });
      await look.setup();
      await work(sql, schema, look);
    } finally {
      for (const client of clients) await client.end({ timeout: 1 });
    }
  });

/** Threads that grow by bytes, booleans and text, and are read in between. */
async function write(saver: PostgresJsSaver, look: PostgresJsSaver): Promise<void> {
  const states = (id: number, turn: number) => ({
    bytes: Uint8Array.from([...BYTES, ...new Array<number>(3000 + turn * 100).fill(id)]),
    text: `${id} ${"text ".repeat(1000)} ${turn}`,
    flag: true,
  });
  const threads = Array.from({ length: WRITERS }, async (_, id) => {
    let config: object = thread(`${id}`);
    for (let turn = 0; turn < TURNS; turn++) {
      const stored = checkpoint(states(id, turn));
      config = await saver.put(config, stored, METADATA, stored.channel_versions);
      await saver.putWrites(config, [["y", BYTES]], "task");
      const tuple = await saver.getTuple(thread(`${id}`));
      expect(tuple?.checkpoint).toEqual(stored);
    }
  });
  await Promise.all(threads);
  for (let id = 0; id < WRITERS; id++) {
    const tuple = await look.getTuple(thread(`${id}`));
    expect(tuple?.checkpoint.channel_values).toEqual(states(id, TURNS - 1));
    expect(tuple?.pendingWrites).toEqual([["task", "y", BYTES]]);
  }
}

describe("postgres.js, while its prepared statements are lost", () => {
  const CASES: readonly [string, Options, SaverOptions][] = [
    ["many connections", { max: 4 }, {}],
    ["one connection", { max: 1 }, {}],
    ["transactions of the saver", { max: 4 }, { session: { "app.tenant": "a" } }],
    ["statements that are prepared whatever happens", { max: 4 }, { prepare: true }],
  ];

  it.each(CASES)("%s: loses nothing, mixes nothing up, and ends", (_, options, saverOptions) =>
    withClients(options, async (sql, schema, look) => {
      const saver = new PostgresJsSaver(sql, { ...saverOptions, schema });
      let done = false;
      const deallocate = async () => {
        while (!done) await sql.unsafe("DEALLOCATE ALL");
      };
      const losing = deallocate();
      await write(saver, look).finally(() => {
        done = true;
      });
      await losing;
    }),
  );

  it("a reserved connection too, after which nothing is prepared", () =>
    withClients({}, async (sql, schema, look) => {
      const reserved = await sql.reserve();
      const saver = new PostgresJsSaver(reserved, { schema });
      for (const _ of [1, 2]) {
        await saver.getTuple(thread("0"));
        await reserved.unsafe("DEALLOCATE ALL");
      }
      await write(saver, look);
      const named = await reserved.unsafe("SELECT FROM pg_prepared_statements");
      expect(named).toHaveLength(0);
      reserved.release();
    }));

  it("does not take a transaction for committed whose COMMIT was lost", () =>
    withClients({ max: 2 }, async (sql, schema, look) => {
      const saver = new PostgresJsSaver(sql, { schema, session: { "app.tenant": "a" } });
      for (let turn = 0; turn < 5; turn++) {
        const stored = checkpoint({ x: BYTES });
        await saver.put(thread("1"), stored, METADATA, stored.channel_versions);
        expect((await look.getTuple(thread("1")))?.checkpoint).toEqual(stored);
        await Promise.all([1, 2, 3, 4].map(() => sql.unsafe("DEALLOCATE ALL")));
      }
    }));
});

describe("postgres.js with its owner's", () => {
  const odd = (oid: number): postgres.PostgresType => ({
    to: oid,
    from: [oid],
    serialize: () => "odd",
    parse: () => "odd",
  });
  const types = Object.fromEntries([16, 17, 20, 23, 25, 1009, 3802].map((oid) => [oid, odd(oid)]));

  it.each(["the client", "a reserved connection", "a transaction"])(
    "serializers and parsers: %s stores and reads what it is given",
    (kind) =>
      withClients({ types }, async (sql, schema) => {
        const work = async (session: Session | postgres.TransactionSql) => {
          const saver = new PostgresJsSaver(session, { schema, cacheBytes: 0 });
          const stored = checkpoint({ bytes: BYTES, text: " padded ", flag: true });
          const config = await saver.put(thread(" 1 "), stored, METADATA, stored.channel_versions);
          await saver.putWrites(config, [["y", BYTES]], "task");
          const tuple = await saver.getTuple(thread(" 1 "));
          expect(tuple?.checkpoint).toEqual(stored);
          expect(tuple?.pendingWrites).toEqual([["task", "y", BYTES]]);
        };
        if (kind === "the client") return work(sql);
        if (kind === "a transaction") return void (await sql.begin(work));
        const reserved = await sql.reserve();
        await work(reserved);
        reserved.release();
      }),
  );

  it.each([
    ["column", { column: { from: (name: string) => `my_${name}` } }],
    ["row", { row: { from: (row: object) => ({ ...row }) } }],
  ])("transform.%s: is refused where it would change what is read", (which, transform) =>
    withClients({ transform: transform as Options["transform"] }, async (sql, schema) => {
      const saver = new PostgresJsSaver(sql, { schema });
      const stored = checkpoint({ x: 1 });
      const put = saver.put(thread("1"), stored, METADATA, stored.channel_versions);
      await expect(put).rejects.toThrow(`transform.${which}`);
    }),
  );
});
