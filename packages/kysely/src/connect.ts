import { InvalidInputError, type Made, refuseClient } from "@waypost/core/adapter";
import type { KyselyDatabase } from "./client.js";
import { KyselyDriver } from "./driver.js";

/** What to use in place of an option: Kysely hands on no names of statements. */
export const INSTEAD = { prepare: "preparedPool(pool) in the dialect" };

/**
 * A driver over a Kysely.
 *
 * @param pass what to pass, as a sentence
 * @throws InvalidInputError if it is no Kysely, or not one of Postgres
 */
export function driverFor(
  db: unknown,
  pass = "Pass a Kysely or a transaction of it.",
  made: Made = "Saver",
): KyselyDriver {
  if (!isKysely(db)) refuseClient(db, pass, made);
  // Those of MySQL and SQL Server can't return rows, that of SQLite can't create tables in a transaction.
  const adapter: { supportsReturning?: boolean; supportsTransactionalDdl?: boolean } =
    db.getExecutor().adapter;
  if (adapter.supportsReturning && adapter.supportsTransactionalDdl) return new KyselyDriver(db);
  throw new InvalidInputError(`${pass} Its dialect must be one of Postgres, and this is not.`);
}

// Structural: an application may hold two copies of Kysely, and then instanceof lies.
function isKysely(db: unknown): db is KyselyDatabase {
  if (typeof db !== "object" || db === null) return false;
  const { executeQuery, getExecutor, withoutPlugins, isTransaction } =
    db as Partial<KyselyDatabase>;
  const methods = [executeQuery, getExecutor, withoutPlugins];
  return methods.every((m) => typeof m === "function") && typeof isTransaction === "boolean";
}
