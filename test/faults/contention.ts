import { setTimeout as wait } from "node:timers/promises";
import { withClient } from "@waypost/conformance/database";
import type { Fault, World } from "./fault.ts";

/** Locks the savers' tables in this order, each for itself, for so long. */
const lockTables = ({ server, schemas }: World, tables: readonly string[], ms: number) =>
  Promise.all(
    schemas.map((schema) =>
      withClient(async (client) => {
        await client.query("BEGIN; SET LOCAL deadlock_timeout = '1s'");
        for (const table of tables) {
          const lock = `LOCK TABLE ${client.escapeIdentifier(schema)}.${table}`;
          const locked = await client.query(lock).then(() => true, isDeadlock);
          if (locked !== true) break;
          await wait(ms);
        }
        await client.query("ROLLBACK");
      }, server.url),
    ),
  ).then(() => {});

/** Which of those in it ends a deadlock is the server's choice. */
function isDeadlock(error: { code?: string }): void {
  if (error.code !== "40P01") throw error;
}

const ALL = ["checkpoints", "checkpoint_blobs", "checkpoint_writes"];

/** Others stand in the way, or settings of the role do. */
export const CONTENTION: readonly Fault[] = [
  {
    name: "serializable transactions",
    settings: { default_transaction_isolation: "serializable" },
    strike: () => wait(300),
  },
  {
    name: "deadlocks",
    // Looked for once in each wait: after the other has come to wait, too.
    settings: { deadlock_timeout: "150ms" },
    async strike(world) {
      await lockTables(world, ALL, 30);
      await lockTables(world, ALL.toReversed(), 30);
    },
  },
  {
    name: "lock timeout",
    settings: { lock_timeout: "20ms" },
    strike: (world) => lockTables(world, ALL, 60),
  },
  {
    name: "statement timeout",
    settings: { statement_timeout: "50ms" },
    errors: ["57014"],
    strike: (world) => lockTables(world, ALL, 60),
  },
  {
    name: "idle sessions ended",
    settings: { idle_session_timeout: "10ms" },
    strike: () => wait(300),
  },
];
