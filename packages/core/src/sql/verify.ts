import type { Statement } from "../driver.js";
import type { Tables } from "../schema/identifiers.js";
import { template } from "./template.js";

/** Something that does not read back as it was stored. */
export interface DamageRow {
  readonly kind: "shared" | "missing" | "unreadable";
  readonly namespace: string;
  /** Null for checkpoints as a whole. */
  readonly channel: string | null;
  readonly version: string | null;
  /** Ids of checkpoints, a JSON array. */
  readonly ids: string;
}

const HAS_VERSIONS = "jsonb_typeof(checkpoint -> 'channel_versions') = 'object'";

/**
 * What a thread's rows tell of each other:
 *
 * - `shared`: two checkpoints introduced the same version, though neither got it from the other, so that
 *   one of them reads the other's value. A copy, equal to a sibling in all versions, shares rightly.
 * - `missing`: a checkpoint refers to a version that is neither stored nor marked as empty.
 * - `unreadable`: a checkpoint that is no object, or whose versions are none.
 */
export function damageStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(`WITH own AS MATERIALIZED (
  SELECT checkpoint_ns, checkpoint_id, parent_checkpoint_id, metadata ->> 'source' AS source,
    CASE WHEN ${HAS_VERSIONS} THEN checkpoint -> 'channel_versions' END AS versions,
    checkpoint -> 'channel_values' AS inline
  FROM ${tables.checkpoints} WHERE thread_id = $1::text
), stored AS (
  SELECT checkpoint_ns, channel, version FROM ${tables.blobs} WHERE thread_id = $1::text
), referred AS (
  SELECT o.*, v.key AS channel, v.value AS version
  FROM own o CROSS JOIN LATERAL jsonb_each_text(o.versions) v
), introduced AS (
  SELECT r.checkpoint_ns, r.channel, r.version, r.checkpoint_id
  FROM referred r
  LEFT JOIN own p ON p.checkpoint_ns = r.checkpoint_ns AND p.checkpoint_id = r.parent_checkpoint_id
  LEFT JOIN own copied ON r.source = 'fork' AND copied.checkpoint_ns = r.checkpoint_ns AND copied.versions = r.versions
    AND copied.checkpoint_id < r.checkpoint_id
    AND copied.parent_checkpoint_id IS NOT DISTINCT FROM r.parent_checkpoint_id
  WHERE (r.parent_checkpoint_id IS NULL OR p.checkpoint_id IS NOT NULL)
    AND copied.checkpoint_id IS NULL
    AND p.versions ->> r.channel IS DISTINCT FROM r.version
)
SELECT 'shared' AS kind, i.checkpoint_ns AS namespace, i.channel, i.version,
  jsonb_agg(i.checkpoint_id ORDER BY i.checkpoint_id)::text AS ids
FROM introduced i JOIN stored s USING (checkpoint_ns, channel, version)
GROUP BY i.checkpoint_ns, i.channel, i.version HAVING count(*) > 1
UNION ALL
SELECT 'missing', r.checkpoint_ns, r.channel, r.version,
  jsonb_agg(r.checkpoint_id ORDER BY r.checkpoint_id)::text
FROM referred r LEFT JOIN stored s USING (checkpoint_ns, channel, version)
WHERE s.version IS NULL AND NOT coalesce(r.inline ? r.channel, false)
GROUP BY r.checkpoint_ns, r.channel, r.version
UNION ALL
SELECT 'unreadable', checkpoint_ns, NULL, NULL, jsonb_agg(checkpoint_id ORDER BY checkpoint_id)::text
FROM own WHERE versions IS NULL GROUP BY checkpoint_ns
ORDER BY kind, namespace, channel, version`);
  return (threadId) => bind([threadId]);
}

/** A stored value and its place; `version` for channel values, the other two for writes. */
export interface ValueRow {
  readonly namespace: string;
  readonly id: string;
  readonly channel: string;
  readonly version: string;
  readonly task: string;
  readonly idx: number;
  readonly type: string;
  readonly bytes: Uint8Array | null;
}

/**
 * Reads all values of a thread, a page at a time, in the order of the primary keys. As bytes: one that
 * is no text would end a read as text.
 */
export function valuesStatements(tables: Tables) {
  const value = "type, blob AS bytes";
  const blobs =
    template(`SELECT checkpoint_ns AS namespace, '' AS id, channel, version, '' AS task, 0 AS idx, ${value}
FROM ${tables.blobs}
WHERE thread_id = $1::text AND type <> 'empty'
  AND ($2::text IS NULL OR (checkpoint_ns, channel, version) > ($2::text, $3::text, $4::text))
ORDER BY checkpoint_ns, channel, version LIMIT $5::int`);
  const writes =
    template(`SELECT checkpoint_ns AS namespace, checkpoint_id AS id, channel, '' AS version, task_id AS task, idx, ${value}
FROM ${tables.writes}
WHERE thread_id = $1::text
  AND ($2::text IS NULL OR (checkpoint_ns, checkpoint_id, task_id, idx) > ($2::text, $3::text, $4::text, $5::int))
ORDER BY checkpoint_ns, checkpoint_id, task_id, idx LIMIT $6::int`);
  return {
    blobs: (threadId: string, after: ValueRow | undefined, size: number): Statement =>
      blobs([
        threadId,
        after?.namespace ?? null,
        after?.channel ?? null,
        after?.version ?? null,
        size,
      ]),
    writes: (threadId: string, after: ValueRow | undefined, size: number): Statement =>
      writes([
        threadId,
        after?.namespace ?? null,
        after?.id ?? null,
        after?.task ?? null,
        after?.idx ?? null,
        size,
      ]),
  };
}
