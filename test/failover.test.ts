import { EventEmitter, once } from "node:events";
import type { Saver } from "@waypost/conformance";
import { chainGraph, checkpoint, collect, METADATA, thread } from "@waypost/conformance/fixtures";
import type { SaverOptions } from "@waypost/core";
import { KyselySaver } from "@waypost/kysely";
import { PgSaver } from "@waypost/pg";
import { PostgresJsSaver } from "@waypost/postgres-js";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import postgres from "postgres";
import { describe, expect, it } from "vitest";
import { canStartServers, MovingAddress, ServerPair } from "./failover-servers.ts";
import { primaryClient } from "./primary-client.ts";

interface Connected {
  readonly saver: Saver;
  close(): Promise<void>;
}

/** Enough for a failover of ten seconds. */
const OPTIONS: SaverOptions = { retry: { attempts: 20 } };

function poolOf(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ max: 4, ...config });
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

/** Every way in which applications follow the primary. */
const DRIVERS: Readonly<
  Record<string, (pair: ServerPair, moving: MovingAddress, options: SaverOptions) => Connected>
> = {
  "pg, behind an address that moves": (_pair, moving, options) => {
    const pool = poolOf({ connectionString: moving.url });
    return { saver: new PgSaver(pool, options), close: () => pool.end() };
  },
  "pg, which looks for the primary": (pair, _moving, options) => {
    const pool = lookingPool(pair);
    return { saver: new PgSaver(pool, options), close: () => pool.end() };
  },
  "postgres.js, with both hosts": ({ ports: [a, b] }, _moving, options) => {
    const url = `postgresql://postgres@127.0.0.1:${a},127.0.0.1:${b}/postgres?target_session_attrs=primary`;
    const sql = postgres(url, { max: 4, onnotice: () => {} });
    return { saver: new PostgresJsSaver(sql, options), close: () => sql.end({ timeout: 1 }) };
  },
  "Kysely over pg": (pair, _moving, options) => {
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: lookingPool(pair) }) });
    return { saver: new KyselySaver(db, options), close: () => db.destroy() };
  },
};

function lookingPool({ ports }: ServerPair): pg.Pool {
  const hosts = ports.map((port) => ({ host: "127.0.0.1", port }));
  return poolOf({ Client: primaryClient(hosts), user: "postgres", database: "postgres" });
}

function savingPool(pair: ServerPair, stack: AsyncDisposableStack): Saver {
  const pool = lookingPool(pair);
  stack.defer(() => pool.end());
  return new PgSaver(pool, OPTIONS);
}

const putOn = (saver: Saver, id: string) => saver.put(thread(id), checkpoint({}), METADATA, {});

/** A thread that is talked to until it is told to stop. */
class Talk extends EventEmitter {
  turns = 0;
  stopped = false;
  readonly id: string;
  readonly saver: Saver;
  readonly ended: Promise<void>;

  constructor(saver: Saver, id: string) {
    super();
    this.saver = saver;
    this.id = id;
    this.ended = this.#talk();
  }

  async #talk(): Promise<void> {
    while (!this.stopped) {
      await chainGraph(this.saver).invoke({ log: [`${this.turns}`] }, thread(this.id));
      this.turns += 1;
      this.emit("turn");
    }
  }

  /** Waits for this many further turns. */
  async further(turns: number): Promise<void> {
    const until = this.turns + turns;
    while (this.turns < until) await Promise.race([once(this, "turn"), this.ended]);
  }

  /** Every turn is there, once. */
  async expectWhole(): Promise<void> {
    const history = await collect(this.saver.list(thread(this.id)));
    expect(history).toHaveLength(this.turns * 4);
    expect(history[0]?.checkpoint.channel_values.log).toEqual(
      Array.from({ length: this.turns }, (_, turn) => [`${turn}`, "a", "b"]).flat(),
    );
  }
}

describe.runIf(canStartServers)("a failover to the standby", () => {
  it("loses nothing under synchronous replication, and graphs go on by themselves", async () => {
    await using stack = new AsyncDisposableStack();
    const pair = stack.use(await ServerPair.start("synchronous"));
    const moving = stack.use(await MovingAddress.before(pair.ports[0]));
    const savers = Object.values(DRIVERS).map((open, i) => {
      const { saver, close } = open(pair, moving, { ...OPTIONS, schema: `driver_${i}` });
      stack.defer(close);
      return saver;
    });
    for (const saver of savers) await saver.setup();
    const talks = savers.flatMap((saver) => ["a", "b"].map((id) => new Talk(saver, id)));
    const locks = await Promise.all(savers.map((saver) => saver.threadLock("1")));
    await Promise.all(talks.map((talk) => talk.further(3)));

    await pair.killPrimary();
    await pair.promote();
    moving.target = pair.ports[1];

    await Promise.all(talks.map((talk) => talk.further(3)));
    for (const talk of talks) talk.stopped = true;
    for (const talk of talks) await talk.ended;
    for (const talk of talks) await talk.expectWhole();
    for (const [i, saver] of savers.entries()) {
      const lost = { code: "WAYPOST_LOCK_LOST" };
      await expect(locks[i]?.[Symbol.asyncDispose]()).rejects.toMatchObject(lost);
      await using _ = await saver.threadLock("1", { wait: false });
    }
  });

  it("under synchronous replication, a put that the standby has not received waits, and is done by the standby", async () => {
    await using stack = new AsyncDisposableStack();
    const pair = stack.use(await ServerPair.start("synchronous"));
    const saver = savingPool(pair, stack);
    await saver.setup();
    await pair.cutReplication();
    const put = putOn(saver, "1");
    await pair.waitsForStandby();
    await pair.killPrimary();
    await pair.promote();
    await put;
    expect(await collect(saver.list(thread("1")))).toHaveLength(1);
  });

  it("loses what the standby has not received yet, without synchronous replication", async () => {
    await using stack = new AsyncDisposableStack();
    const pair = stack.use(await ServerPair.start("asynchronous"));
    const saver = savingPool(pair, stack);
    await saver.setup();
    await putOn(saver, "received");
    await pair.caughtUp();
    await pair.cutReplication();
    await putOn(saver, "lost");
    await pair.killPrimary();
    await pair.promote();
    expect(await saver.getTuple(thread("received"))).toBeDefined();
    expect(await saver.getTuple(thread("lost"))).toBeUndefined();
    await putOn(saver, "lost");
  });
});
