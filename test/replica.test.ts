import type { Saver } from "@waypost/conformance";
import { checkpoint, collect, METADATA, thread } from "@waypost/conformance/fixtures";
import { InvalidInputError } from "@waypost/core";
import { KyselySaver } from "@waypost/kysely";
import { PgSaver } from "@waypost/pg";
import { PostgresJsSaver } from "@waypost/postgres-js";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canStartServers, ServerPair } from "./failover-servers.ts";

interface Connected {
  readonly saver: Saver;
  close(): Promise<unknown>;
}

const ADAPTERS: Readonly<Record<string, (primary: string, standby: string) => Connected>> = {
  pg: (primary, standby) => {
    const [pool, read] = [primary, standby].map(
      (connectionString) => new pg.Pool({ connectionString }),
    ) as [pg.Pool, pg.Pool];
    const options = { schema: "pg", read };
    const close = () => Promise.all([pool.end(), read.end()]);
    return { saver: new PgSaver(pool, options), close };
  },
  "postgres.js": (primary, standby) => {
    const [sql, read] = [primary, standby].map((url) => postgres(url, { onnotice: () => {} })) as [
      postgres.Sql,
      postgres.Sql,
    ];
    const close = () => Promise.all([sql.end({ timeout: 1 }), read.end({ timeout: 1 })]);
    return { saver: new PostgresJsSaver(sql, { schema: "postgres_js", read }), close };
  },
  Kysely: (primary, standby) => {
    const [db, read] = [primary, standby].map((connectionString) => {
      const pool = new pg.Pool({ connectionString });
      return new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    }) as [Kysely<unknown>, Kysely<unknown>];
    const close = () => Promise.all([db.destroy(), read.destroy()]);
    return { saver: new KyselySaver(db, { schema: "kysely", read }), close };
  },
};

describe.runIf(canStartServers)("with a read replica", () => {
  let pair: ServerPair;
  const connected: Record<string, Connected> = {};

  /** What every saver stores before the replica is cut off, and after. */
  beforeAll(async () => {
    pair = await ServerPair.start("asynchronous");
    for (const [name, connect] of Object.entries(ADAPTERS)) {
      connected[name] = connect(pair.urlOf("primary"), pair.urlOf("standby"));
    }
    const savers = Object.values(connected).map(({ saver }) => saver);
    for (const saver of savers) {
      await saver.setup();
      await saver.put(thread("1"), checkpoint({}), METADATA, {});
    }
    await pair.caughtUp();
    await pair.cutReplication();
    for (const saver of savers) {
      for (const id of ["1", "2"]) await saver.put(thread(id), checkpoint({}), METADATA, {});
    }
  });

  afterAll(async () => {
    for (const { close } of Object.values(connected)) await close();
    await pair?.[Symbol.asyncDispose]();
  });

  describe.each(Object.keys(ADAPTERS))("%s", (name) => {
    const saver = () => (connected[name] as Connected).saver;

    it("lists what the replica has", async () => {
      expect(await collect(saver().list(thread("1")))).toHaveLength(1);
      expect(await saver().listThreads()).toMatchObject([{ threadId: "1", checkpoints: 1 }]);
    });

    it("reads its own writes, from the primary", async () => {
      expect(await saver().getTuple(thread("2"))).toBeDefined();
      const next = checkpoint({});
      const config = await saver().put(thread("1"), next, METADATA, {});
      await saver().putWrites(config, [["log", "a"]], "task");
      expect((await saver().getTuple(thread("1")))?.checkpoint.id).toBe(next.id);
      const history = await saver().getDeltaChannelHistory({ config, channels: ["log"] });
      expect(Object.keys(history)).toEqual(["log"]);
      expect(await saver().prune(["1"], { keepLast: 1, dryRun: true })).toMatchObject({
        checkpoints: 2,
      });
    });
  });

  it("postgres.js: reads through a cursor of the replica", async () => {
    const { saver } = connected["postgres.js"] as Connected;
    expect(await collect(saver.list(thread("1"), { fetch: "cursor" }))).toHaveLength(1);
  });
});

it("a replica is refused where it is no client of the adapter's driver", () => {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: new pg.Pool() }) });
  const refused = [
    () => new KyselySaver(db, { read: {} as never }),
    () => new PgSaver(new pg.Pool(), { read: {} as never }),
    () => new PostgresJsSaver(postgres(), { read: {} as never }),
    () => new PgSaver(new pg.Pool(), { read: null as never }),
  ];
  for (const create of refused) {
    expect(create).toThrow(InvalidInputError);
    expect(create).toThrow(/"read"/);
  }
});
