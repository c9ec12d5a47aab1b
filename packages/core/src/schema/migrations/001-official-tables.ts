import type { Tables } from "../identifiers.js";
import { createThreadTable } from "../layout.js";

/**
 * The tables of LangGraph's own savers, column by column, so that either can take over from the
 * other in place. `task_path` is Python's; its default keeps the JS saver's inserts valid.
 */
export const officialTables = (tables: Tables, partitions?: number): readonly string[] => [
  ...createThreadTable(
    tables.checkpoints,
    `  thread_id TEXT NOT NULL,
  checkpoint_ns TEXT NOT NULL DEFAULT '',
  checkpoint_id TEXT NOT NULL,
  parent_checkpoint_id TEXT,
  type TEXT,
  checkpoint JSONB NOT NULL,
  metadata JSONB NOT NULL DEFAULT '{}',
  PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id)`,
    partitions,
  ),
  ...createThreadTable(
    tables.blobs,
    `  thread_id TEXT NOT NULL,
  checkpoint_ns TEXT NOT NULL DEFAULT '',
  channel TEXT NOT NULL,
  version TEXT NOT NULL,
  type TEXT NOT NULL,
  blob BYTEA,
  PRIMARY KEY (thread_id, checkpoint_ns, channel, version)`,
    partitions,
  ),
  // Tables of the first official releases had NOT NULL here.
  `ALTER TABLE ${tables.blobs} ALTER COLUMN blob DROP NOT NULL`,
  ...createThreadTable(
    tables.writes,
    `  thread_id TEXT NOT NULL,
  checkpoint_ns TEXT NOT NULL DEFAULT '',
  checkpoint_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  idx INTEGER NOT NULL,
  channel TEXT NOT NULL,
  type TEXT,
  blob BYTEA NOT NULL,
  task_path TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id, task_id, idx)`,
    partitions,
  ),
  `ALTER TABLE ${tables.writes} ADD COLUMN IF NOT EXISTS task_path TEXT NOT NULL DEFAULT ''`,
];
