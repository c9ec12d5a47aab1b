import { describe, expect, it } from "vitest";
import type { Driver, Statement, Transaction } from "../src/driver/driver.ts";
import { type Database, DriverLayer } from "../src/driver/layer.ts";
import { until } from "../src/driver/until.ts";
import { InvalidInputError } from "../src/errors/errors.ts";
import { observed } from "../src/execution/events.ts";
import { withSession } from "../src/execution/session-settings.ts";

const STATEMENT: Statement = { text: "SELECT 1", values: [], name: "one" };
const BATCH = 20;
const ROWS = [{ one: 1 }];

/** What was called on it, and with what. Its private field shows whether it was called as itself. */
class Recorder implements Required<Driver> {
  readonly calls: [keyof Driver, ...unknown[]][] = [];
  readonly recovery = "reconnects";
  readonly bytes = "base64";
  readonly connections = 4;
  readonly client = {};
  readonly #tx: Transaction = {
    joined: false,
    query: async (statement) => {
      this.calls.push(["transaction", statement.text]);
      return ROWS as never[];
    },
  };

  async query<Row extends object>(...args: unknown[]): Promise<Row[]> {
    this.calls.push(["query", ...args]);
    return ROWS as Row[];
  }

  async queryAfter<Row extends object>(_: Statement, ...args: unknown[]): Promise<Row[]> {
    this.calls.push(["query", ...args]);
    return ROWS as Row[];
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return work(this.#tx);
  }

  async *stream<Row extends object>(statement: Statement, batch: number): AsyncGenerator<Row[]> {
    this.calls.push(["stream", statement, batch]);
    yield ROWS as Row[];
  }

  async lockScope() {
    this.calls.push(["lockScope"]);
    return { on: "session", pid: this.#tx.joined ? 0 : 7 } as const;
  }

  async close(): Promise<void> {
    this.calls.push(["close"]);
  }
}

const settings = { names: ["app.tenant"], values: ["a"] };
const signal = new AbortController().signal;
const LAYERS: Readonly<Record<string, (driver: Driver) => Database>> = {
  "the layer that changes nothing": (driver) => new DriverLayer(driver),
  "the one that observes": observed,
  "the one that has a limit of time": (driver) => until(driver, () => undefined),
  "the one that sets settings": (driver) => withSession(driver, settings),
  "all of them together": (driver) =>
    until(observed(withSession(driver, settings)), () => undefined),
};

/** How each member is used, and what the driver underneath must be called with: the compiler finds one that is missing. */
const USES: Readonly<Record<keyof Database, (db: Database, below: Recorder) => Promise<void>>> = {
  async recovery(db, below) {
    expect(db.recovery).toBe(below.recovery);
  },
  async bytes(db, below) {
    expect(db.bytes).toBe(below.bytes);
  },
  async connections(db, below) {
    expect(db.connections).toBe(below.connections);
  },
  async client(db, below) {
    expect(db.client).toBe(below.client);
  },
  async query(db, below) {
    expect(await db.query(STATEMENT, signal)).toEqual(ROWS);
    expect(below.calls).toEqual([["query", STATEMENT, signal]]);
  },
  async transaction(db, below) {
    expect(await db.transaction((tx) => tx.query(STATEMENT))).toEqual(ROWS);
    expect(below.calls).toContainEqual(["transaction", STATEMENT.text]);
  },
  async stream(db, below) {
    for await (const rows of db.stream(STATEMENT, BATCH)) expect(rows).toEqual(ROWS);
    expect(below.calls).toEqual([["stream", STATEMENT, BATCH]]);
  },
  async lockScope(db, below) {
    expect(await db.lockScope()).toEqual({ on: "session", pid: 7 });
    expect(below.calls).toEqual([["lockScope"]]);
  },
  async close(db, below) {
    await db.close();
    expect(below.calls).toEqual([["close"]]);
  },
};

describe.each(Object.entries(LAYERS))("%s", (_, layerOver) => {
  it.each(Object.entries(USES))("hands on %s", async (_, use) => {
    const below = new Recorder();
    const db = layerOver(below);
    // The layer that sets settings learns of the server from its first answer.
    await db.query(STATEMENT);
    below.calls.length = 0;
    await use(db, below);
  });
});

describe("what a driver leaves out", () => {
  const least = (recovery: Driver["recovery"]): Database => {
    const { bytes, client, query, transaction } = new Recorder();
    return observed({ recovery, bytes, client, query, transaction });
  };

  it("refuses cursors", () => {
    expect(() => least("reconnects").stream(STATEMENT, BATCH)).toThrow(InvalidInputError);
  });

  it("keeps locks on a connection of the pool, and refuses them on a single one", async () => {
    expect(await least("reconnects").lockScope()).toEqual({ on: "pool" });
    await expect(least("resends").lockScope()).rejects.toThrow(InvalidInputError);
  });

  it("closes nothing", async () => {
    expect(await least("none").close()).toBeUndefined();
  });

  it("sets settings in a transaction before each statement", async () => {
    const below = new Recorder();
    const { recovery, bytes, client } = below;
    const db = withSession(
      {
        recovery,
        bytes,
        client,
        query: below.query,
        transaction: (work) => below.transaction(work),
      },
      settings,
    );
    expect(await db.query(STATEMENT)).toEqual(ROWS);
    expect(below.calls).toHaveLength(2);
    expect(below.calls[1]).toEqual(["transaction", STATEMENT.text]);
  });
});
