import { quoteIdentifier } from "@waypost/core/adapter";

/** The names of the tables, quoted and with their schema. */
export interface StoreTables {
  /** The items. */
  readonly items: string;
  /** Vectors of their texts; there only with the option `index`. */
  readonly vectors: string;
  /** Bookkeeping of the official store: which of its migrations are done. */
  readonly officialMigrations: string;
  /** Our own bookkeeping. */
  readonly migrations: string;
}

/** A literal in SQL; also the name under which `setup()` looks for it. */
export const MIGRATIONS_TABLE = "waypost_store_migrations";

export function storeTablesIn(schema: string): StoreTables {
  const inSchema = (name: string) => `${quoteIdentifier(schema)}.${name}`;
  return {
    items: inSchema("store"),
    vectors: inSchema("store_vectors"),
    officialMigrations: inSchema("store_migrations"),
    migrations: inSchema(MIGRATIONS_TABLE),
  };
}
