import type { Statement } from "../driver.js";
import type { Tables } from "../schema/identifiers.js";
import { lockThread } from "./lock-thread.js";
import { template } from "./template.js";

/** What stands in the way of a copy. */
export interface CopyCheckRow {
  readonly source: boolean;
  readonly target: boolean;
  /** Whether the source holds values that can be read in its own thread only. */
  readonly encrypted: boolean;
}

const rowsIn = (tables: Tables) => [tables.checkpoints, tables.blobs, tables.writes];

/** Looks at both threads, and keeps other copies from the target until the transaction ends. */
export function checkCopyStatement(
  tables: Tables,
): (sourceId: string, targetId: string) => Statement {
  const any = (names: readonly string[], condition: string) =>
    names.map((name) => `EXISTS (SELECT FROM ${name} WHERE ${condition})`).join(" OR ");
  // The suffix with which LangGraph's serializers mark encrypted values.
  const encrypted = "thread_id = $1::text AND type LIKE '%+aes'";
  const bind = template(`SELECT ${any(rowsIn(tables), "thread_id = $1::text")} AS source,
  ${any(rowsIn(tables), "thread_id = $2::text")} AS target,
  ${any([tables.blobs, tables.writes], encrypted)} AS encrypted
FROM (SELECT ${lockThread(tables, "$2::text")} OFFSET 0) l`);
  return (sourceId, targetId) => bind([sourceId, targetId]);
}

const COLUMNS = {
  checkpoints: "checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata",
  blobs: "checkpoint_ns, channel, version, type, blob, segments, put_id",
  parts: "position, bytes",
  writes: "checkpoint_ns, checkpoint_id, task_id, idx, channel, type, blob, task_path",
} as const;

/** Copies all rows of a thread on the server; the target must be empty. */
export function copyThreadStatement(
  tables: Tables,
): (sourceId: string, targetId: string) => Statement {
  const copy = (
    table: keyof typeof COLUMNS,
  ) => `INSERT INTO ${tables[table]} (thread_id, ${COLUMNS[table]})
  SELECT $2::text, ${COLUMNS[table]} FROM ${tables[table]} WHERE thread_id = $1::text`;
  const bind = template(`WITH blobs AS (
  ${copy("blobs")}
), parts AS (
  ${copy("parts")}
), writes AS (
  ${copy("writes")}
)
${copy("checkpoints")}`);
  return (sourceId, targetId) => bind([sourceId, targetId]);
}
