import type { Statement } from "../../driver/driver.js";
import { template, templateByShape } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { isFewOf } from "../planner.js";
import { materialized, sql } from "../text.js";
import { hasVersions, versionsOf } from "../versions.js";
import { commonPartsOf } from "./parts.js";
import type { BlobKey, CheckedRow, RawRow, WriteKey } from "./rows.js";
import { typeOf } from "./values.js";

/** Something that does not read back as it was stored. */
export interface DamageRow {
  readonly kind: "version_collision" | "missing" | "unreadable";
  readonly namespace: string;
  /** Null for checkpoints as a whole. */
  readonly channel: string | null;
  readonly version: string | null;
  /** Ids of checkpoints, a JSON array. */
  readonly ids: string;
}

/** The versions of a checkpoint but for pending sends, which have one of their own in a copy. */
const copiedVersions = (checkpoint: string) =>
  `CASE WHEN ${hasVersions(checkpoint)}
  THEN (${checkpoint} -> 'channel_versions'::text) - '__pregel_tasks'::text END`;

/**
 * What a thread's rows tell of each other:
 *
 * - `version_collision`: two checkpoints introduced the same version, though neither got it from the other, so that
 *   one of them reads the other's value. A copy, equal to a sibling in its versions, shares rightly.
 * - `missing`: a checkpoint refers to a version that is neither stored nor marked as empty.
 * - `unreadable`: a checkpoint that is no object, or whose versions are none.
 */
export function verifyVersionsStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(sql`WITH referred AS MATERIALIZED (
  SELECT c.checkpoint_ns, c.checkpoint_id, v.key AS channel, v.value AS version,
    (c.parent_checkpoint_id IS NULL OR p.checkpoint_id IS NOT NULL)
      AND p.checkpoint -> 'channel_versions'::text ->> v.key IS DISTINCT FROM v.value AND NOT c.is_copy AS introduced,
    coalesce(c.checkpoint -> 'channel_values'::text ? v.key, false) AS inlined
  FROM (
    SELECT checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint,
      coalesce(metadata ->> 'source'::text, '') = 'fork' AND checkpoint_id > pg_catalog.min(checkpoint_id) OVER (
        PARTITION BY checkpoint_ns, parent_checkpoint_id, ${copiedVersions("checkpoint")}
      ) AS is_copy
    FROM ${tables.checkpoints} WHERE thread_id = $1::text
  ) c
  LEFT JOIN ${tables.checkpoints} p ON p.thread_id = $1::text
    AND p.checkpoint_ns = c.checkpoint_ns AND p.checkpoint_id = c.parent_checkpoint_id
  CROSS JOIN LATERAL ${versionsOf("c.checkpoint")} v
  WHERE ${isFewOf("v.key")}
), version AS MATERIALIZED (
  SELECT checkpoint_ns, channel, version,
    pg_catalog.jsonb_agg(checkpoint_id ORDER BY checkpoint_id) FILTER (WHERE introduced) AS introduced,
    pg_catalog.jsonb_agg(checkpoint_id ORDER BY checkpoint_id) FILTER (WHERE NOT inlined) AS readers
  FROM referred GROUP BY checkpoint_ns, channel, version
)
SELECT CASE WHEN s.found THEN 'version_collision' ELSE 'missing' END AS kind, c.checkpoint_ns AS namespace,
  c.channel, c.version, CASE WHEN s.found THEN c.introduced ELSE c.readers END::text AS ids
FROM version c LEFT JOIN (
  SELECT checkpoint_ns, channel, version, true AS found FROM ${tables.blobs} WHERE thread_id = $1::text
) s ON s.checkpoint_ns = c.checkpoint_ns AND s.channel = c.channel AND s.version = c.version
WHERE CASE WHEN s.found THEN pg_catalog.jsonb_array_length(c.introduced) > 1 ELSE c.readers IS NOT NULL END
UNION ALL
SELECT 'unreadable', checkpoint_ns, NULL, NULL, pg_catalog.jsonb_agg(checkpoint_id ORDER BY checkpoint_id)::text
FROM ${tables.checkpoints}
WHERE thread_id = $1::text AND NOT coalesce(${hasVersions("checkpoint")}, false) GROUP BY checkpoint_ns
ORDER BY kind, namespace, channel, version`);
  return (threadId) => bind([threadId]);
}

/** A row of what is checked, as `parseCheckedRow` takes it. */
export interface CheckedColumns
  extends Pick<
    RawRow,
    "namespace" | "id" | "channel" | "version" | "task" | "idx" | "type" | "bytes" | "segments"
  > {
  readonly kind: CheckedRow["kind"];
}

/**
 * Reads all values of channels of a thread, a page at a time, in the order of the primary key, with their
 * parts, as of one moment. As bytes: one that is no text would end a read as text.
 * `after` is the last value of the page before; undefined for the first.
 */
export function verifyBlobsStatement(
  tables: Tables,
): (threadId: string, after: BlobKey | undefined, size: number) => Statement {
  const key = "checkpoint_ns, channel, version";
  const templateFor = templateByShape((isFirst: boolean) => {
    const page = pageOf(
      tables.blobs,
      key,
      isFirst ? [] : ["$2::text", "$3::text", "$4::text"],
      "type <> 'empty'",
    );
    return sql`WITH ${materialized("page", page)}
SELECT 'blob' AS kind, checkpoint_ns AS namespace, '' AS id, channel, version, '' AS task,
  (pg_catalog.row_number() OVER (ORDER BY ${key}))::int AS idx, ${typeOf("page")} AS type,
  segments::text, blob AS bytes
FROM page
UNION ALL
SELECT 'part', '', '', '', p.position::text, '', pg_catalog.octet_length(p.bytes), '', NULL, p.bytes
FROM (
  ${commonPartsOf(tables, "page", "$1::text")}
) p`;
  });
  return (threadId, after, size) =>
    after === undefined
      ? templateFor(true)([threadId, size])
      : templateFor(false)([threadId, after.checkpointNs, after.channel, after.version, size]);
}

/** The same of writes, which have no parts. */
export function verifyWritesStatement(
  tables: Tables,
): (threadId: string, after: WriteKey | undefined, size: number) => Statement {
  const key = "checkpoint_ns, checkpoint_id, task_id, idx";
  const templateFor = templateByShape((isFirst: boolean) => {
    const after = isFirst ? [] : ["$2::text", "$3::text", "$4::text", "$5::int"];
    return sql`SELECT 'write' AS kind, checkpoint_ns AS namespace, checkpoint_id AS id, channel,
  '' AS version, task_id AS task, idx, type, NULL AS segments, blob AS bytes
FROM (
  ${pageOf(tables.writes, key, after)}
) w ORDER BY ${key}`;
  });
  return (threadId, after, size) =>
    after === undefined
      ? templateFor(true)([threadId, size])
      : templateFor(false)([
          ...[threadId, after.checkpointNs, after.checkpointId, after.taskId, after.idx, size],
        ]);
}

/** @param after placeholders of the key of the last row before it, none for the first page */
function pageOf(table: string, key: string, after: readonly string[], condition?: string): string {
  const conditions = [
    "thread_id = $1::text",
    ...(condition === undefined ? [] : [condition]),
    ...(after.length === 0 ? [] : [`(${key}) > (${after.join(", ")})`]),
  ];
  return `SELECT * FROM ${table} WHERE ${conditions.join(" AND ")}
ORDER BY ${key} LIMIT $${after.length + 2}::int`;
}
