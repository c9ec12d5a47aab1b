import { quoteIdentifier } from "@waypost/core/adapter";
import type { StoreTables } from "../tables.js";

/**
 * What the official tables lack: an index in which the items of a namespace lie in the order of their creation,
 * and namespaces under a prefix side by side, whatever the database's collation; and the time to live of each item.
 *
 * The official index of namespaces is what the primary key begins with. The official trigger sets `updated_at`
 * to the start of the transaction, which may be before the item was created, also where only the time of
 * expiry changes; both stores set the column themselves.
 */
export const orderAndTtl = ({ items }: StoreTables, schema: string): readonly string[] => [
  `ALTER TABLE ${items} ADD COLUMN IF NOT EXISTS ttl_minutes DOUBLE PRECISION`,
  `CREATE INDEX IF NOT EXISTS waypost_store_order
  ON ${items} (namespace_path COLLATE "C", created_at, key COLLATE "C")`,
  `DROP INDEX IF EXISTS ${quoteIdentifier(schema)}.idx_store_namespace_path`,
  `DROP TRIGGER IF EXISTS update_store_updated_at ON ${items}`,
];
