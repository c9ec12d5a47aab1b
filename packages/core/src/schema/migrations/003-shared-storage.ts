import type { Tables } from "../identifiers.js";

/**
 * Values that share what they have in common: `parts` holds the bytes of each thread, in streams that
 * only grow, and `segments` says where a value finds its own: pairs of positions, from and to.
 */
export const sharedStorage = (tables: Tables): readonly string[] => [
  `CREATE TABLE IF NOT EXISTS ${tables.parts} (
  thread_id TEXT NOT NULL,
  position BIGINT NOT NULL,
  bytes BYTEA NOT NULL,
  PRIMARY KEY (thread_id, position)
)`,
  `ALTER TABLE ${tables.blobs} ADD COLUMN IF NOT EXISTS segments BIGINT[]`,
];
