import type { Statement } from "../../driver/driver.js";
import { templateByShape } from "../../driver/template.js";
import type { CheckpointKey } from "../../input/config.js";
import type { Tables } from "../../schema/identifiers.js";
import { cte, materialized, sql } from "../text.js";
import type { DeltaRow, RawRow } from "./rows.js";
import { partSelect } from "./tuple.js";
import { columnsOf, typeOf, type ValueForm, valueColumns } from "./values.js";

const COLUMNS = {
  kind: "text",
  thread: "text",
  id: "text",
  depth: "int",
  channel: "text",
  version: "text",
  task: "text",
  path: "text",
  idx: "int",
  type: "text",
  json: "text",
  bytes: "bytea",
  segments: "text",
} as const satisfies Partial<Record<keyof RawRow, string>>;

/** A row of the history, as `parseDeltaRow` takes it. */
export interface DeltaColumns extends Pick<RawRow, keyof typeof COLUMNS> {
  readonly kind: DeltaRow["kind"];
}

const columns = columnsOf(COLUMNS);

/**
 * Walks from a checkpoint to the root, each channel until the nearest ancestor that stored a value,
 * and reads those values and the writes on the way.
 *
 * The walk follows parents, so it is not bound to the order of ids. The target itself is not visited:
 * its own writes are pending and not part of the history. Damaged data may have a checkpoint as its own
 * ancestor: `mark` is the one at the last depth that was a power of two, which a walk that goes round
 * meets again (R. P. Brent, 1980), some rounds later.
 */
export function deltaHistoryStatement(
  tables: Tables,
): (key: CheckpointKey, channels: readonly string[], form: ValueForm) => Statement {
  const templateFor = templateByShape((isLatest: boolean, form: ValueForm) => {
    const which = isLatest ? "ORDER BY checkpoint_id DESC LIMIT 1" : "AND checkpoint_id = $4::text";
    return sql`WITH RECURSIVE ${cte("walk", walkFrom(tables, which, "walk"))}, ${materialized("seed", seedsOf(tables, "walk"))}
${historySelect(tables, form, { walk: "walk", seeds: "seed" })}`;
  });
  return ({ threadId, checkpointNs, checkpointId }, channels, form) =>
    templateFor(
      checkpointId === undefined,
      form,
    )([threadId, checkpointNs, channels, ...(checkpointId === undefined ? [] : [checkpointId])]);
}

const HERE = "thread_id = $1::text AND checkpoint_ns = $2::text";

/**
 * The way from a checkpoint to the root, for each channel until a value is found.
 *
 * @param which the condition on the checkpoint
 * @param walk the name of this query
 */
const walkFrom = (
  tables: Tables,
  which: string,
  walk: string,
) => `SELECT channel, t.checkpoint_id, t.parent_checkpoint_id, 0 AS depth,
  nullif(t.checkpoint_id, t.checkpoint_id) AS mark, NULL::text AS seed_version
FROM (
  SELECT checkpoint_id, parent_checkpoint_id FROM ${tables.checkpoints} WHERE ${HERE} ${which}
) t CROSS JOIN pg_catalog.unnest($3::text[]) AS channel
UNION ALL
SELECT w.channel, c.checkpoint_id, c.parent_checkpoint_id, w.depth + 1,
  CASE WHEN w.depth & (w.depth - 1) = 0 THEN c.checkpoint_id ELSE w.mark END,
  CASE WHEN b.stored THEN c.version END
FROM ${walk} w
CROSS JOIN LATERAL (
  SELECT checkpoint_id, parent_checkpoint_id,
    checkpoint -> 'channel_versions'::text ->> w.channel AS version
  FROM ${tables.checkpoints} WHERE ${HERE} AND checkpoint_id = w.parent_checkpoint_id OFFSET 0
) c
LEFT JOIN LATERAL (
  SELECT true AS stored FROM ${tables.blobs}
  WHERE ${HERE} AND channel = w.channel AND version = c.version AND type <> 'empty' OFFSET 0
) b ON true
WHERE w.seed_version IS NULL AND w.parent_checkpoint_id IS DISTINCT FROM w.mark`;

/** The values that were found on the way. */
const seedsOf = (
  tables: Tables,
  walk: string,
) => `SELECT $1::text AS thread_id, w.checkpoint_id, w.channel, w.seed_version, b.type, b.blob, b.segments
FROM ${walk} w CROSS JOIN LATERAL (
  SELECT type, blob, segments FROM ${tables.blobs}
  WHERE ${HERE} AND channel = w.channel AND version = w.seed_version OFFSET 0
) b
WHERE w.seed_version IS NOT NULL`;

const historySelect = (
  tables: Tables,
  form: ValueForm,
  { walk, seeds }: { readonly walk: string; readonly seeds: string },
) => `SELECT ${columns({
  kind: "'seed'",
  id: "s.checkpoint_id",
  channel: "s.channel",
  version: "s.seed_version",
  type: typeOf("s"),
  ...valueColumns("s", form),
  segments: "s.segments::text",
})}
FROM ${seeds} s
UNION ALL
${partSelect(tables, form, { blobs: seeds, thread: "$1::text", common: {} }, columns)}
UNION ALL
SELECT ${columns({
  kind: "'write'",
  id: "w.checkpoint_id",
  depth: "w.depth",
  channel: "w.channel",
  task: "p.task_id",
  path: "p.task_path",
  idx: "p.idx",
  type: "p.type",
  ...valueColumns("p", form),
})}
FROM ${walk} w CROSS JOIN LATERAL (
  SELECT task_id, task_path, idx, type, blob FROM ${tables.writes}
  WHERE ${HERE} AND checkpoint_id = w.checkpoint_id AND channel = w.channel OFFSET 0
) p
WHERE w.depth > 0`;
