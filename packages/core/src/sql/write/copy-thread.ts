import type { Statement } from "../../driver/driver.js";
import { template } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { cte, withAll } from "../text.js";

/** What stands in the way of a copy. */
export interface CopyCheckRow {
  readonly source: boolean;
  readonly target: boolean;
  /** Whether the source holds values that can be read in its own thread only. */
  readonly encrypted: boolean;
}

/** Looks at both threads, whose locks must be held since before the statement began. */
export function checkCopyStatement(
  tables: Tables,
): (sourceId: string, targetId: string) => Statement {
  const any = (names: readonly string[], condition: string) =>
    names
      .map((name) => `EXISTS (SELECT true AS found FROM ${name} WHERE ${condition})`)
      .join(" OR ");
  // The suffix with which LangGraph's serializers mark encrypted values.
  const encrypted = "thread_id = $1::text AND type LIKE '%+aes'";
  const threads = [tables.checkpoints, tables.blobs, tables.writes];
  const bind = template(`SELECT ${any(threads, "thread_id = $1::text")} AS source,
  ${any([...threads, tables.parts], "thread_id = $2::text")} AS target,
  ${any([tables.blobs, tables.writes], encrypted)} AS encrypted`);
  return (sourceId, targetId) => bind([sourceId, targetId]);
}

const COLUMNS = {
  checkpoints: "checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata",
  blobs: "checkpoint_ns, channel, version, type, blob, segments, put_id",
  parts: "position, bytes",
  writes: "checkpoint_ns, checkpoint_id, task_id, idx, channel, type, blob, task_path",
} as const;

/**
 * Copies all rows of a thread on the server. The target must be empty, but for what is stored at the same
 * time: a run of the thread that was replaced may store under a key that the source has, too. That is the
 * same checkpoint or value then, but may be another write.
 */
export function copyThreadStatement(
  tables: Tables,
): (sourceId: string, targetId: string) => Statement {
  const copy = (
    table: keyof typeof COLUMNS,
    conflict = "DO NOTHING",
  ) => `INSERT INTO ${tables[table]} (thread_id, ${COLUMNS[table]})
SELECT $2::text, ${COLUMNS[table]} FROM ${tables[table]} WHERE thread_id = $1::text
ON CONFLICT ${conflict}`;
  const replaced = ["channel", "type", "blob", "task_path"]
    .map((column) => `${column} = EXCLUDED.${column}`)
    .join(", ");
  const key = "(thread_id, checkpoint_ns, checkpoint_id, task_id, idx)";
  const bind = template(
    withAll(
      [
        ...[cte("blobs", copy("blobs")), cte("parts", copy("parts"))],
        cte("writes", copy("writes", `${key} DO UPDATE SET ${replaced}`)),
      ],
      copy("checkpoints"),
    ),
  );
  return (sourceId, targetId) => bind([sourceId, targetId]);
}
