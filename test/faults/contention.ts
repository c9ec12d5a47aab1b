import { setTimeout as wait } from "node:timers/promises";
import { withClient } from "@waypost/conformance/database";
import type { Fault, World } from "./fault.ts";

/** Locks the savers' tables in this order, each for itself, for so long. */
const lockTables = ({ server, schemas }: World, tables: readonly string[], ms: number) =>
  Promise.all(
    schemas.map((schema) =>
      withClient(async (client) => {
        await client.query("BEGIN; SET LOCAL deadlock_timeout = '10s'");
        for (const table of tables) {
          await client.query(`LOCK TABLE ${client.escapeIdentifier(schema)}.${table}`);
          await wait(ms);
        }
        await client.query("ROLLBACK");
      }, server.url),
    ),
  ).then(() => {});

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
    settings: { deadlock_timeout: "20ms" },
    async strike(world) {
      await lockTables(world, ALL, 60);
      await lockTables(world, ALL.toReversed(), 60);
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
