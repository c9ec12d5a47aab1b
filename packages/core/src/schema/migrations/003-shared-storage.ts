import type { Tables } from "../identifiers.js";
import { createThreadTable } from "../layout.js";

/**
 * Values that share what they have in common: `parts` holds the bytes of each thread, in streams that
 * only grow, and `segments` says where a value finds its own: pairs of positions, from and to.
 */
export const sharedStorage = (tables: Tables, partitions?: number): readonly string[] => [
  ...createThreadTable(
    tables.parts,
    `  thread_id TEXT NOT NULL,
  position BIGINT NOT NULL,
  bytes BYTEA NOT NULL,
  PRIMARY KEY (thread_id, position)`,
    partitions,
  ),
  `ALTER TABLE ${tables.blobs} ADD COLUMN IF NOT EXISTS segments BIGINT[]`,
];
