import type { Tables } from "../identifiers.js";

/** For the option `tombstones`: threads that must not be written to again. */
export const deletedThreads = (tables: Tables): readonly string[] => [
  `CREATE TABLE IF NOT EXISTS ${tables.deleted} (
  thread_id TEXT PRIMARY KEY,
  deleted_at TIMESTAMPTZ NOT NULL DEFAULT now()
)`,
];
