import type { Tables } from "../../schema/identifiers.js";
import { isFewOf } from "../planner.js";
import { hasVersions } from "../versions.js";

/** Channels that no graph gives to its users: LangGraph's own, which are never delta channels. */
const isInternal = (channel: string) =>
  `pg_catalog.left(${channel}, 2) = '__' OR pg_catalog.left(${channel}, 7) = 'branch:'`;

/**
 * The parent of a checkpoint, where the checkpoint can't be read without it:
 *
 * - It has a delta channel whose value it does not store, which is therefore rebuilt from its ancestors.
 *   LangGraph counts such channels in the metadata. Where nothing was counted, it may be any channel
 *   that has a version but no value, and either has had that version before or was written just now.
 * - It is older than format 4, and takes its pending sends from the parent's writes.
 *
 * As this holds for the parent in turn, everything back to the stored value is needed.
 *
 * @param here condition on thread and namespace of the checkpoint
 * @param id its id
 * @returns a sub-select with the column `checkpoint_id`
 */
export function neededParent(tables: Tables, here: string, id: string): string {
  const versions = "c.checkpoint -> 'channel_versions'::text";
  return `SELECT p.checkpoint_id
FROM (
  SELECT parent_checkpoint_id, checkpoint, metadata,
    CASE pg_catalog.jsonb_typeof(metadata -> 'counters_since_delta_snapshot'::text)
      WHEN 'object' THEN metadata -> 'counters_since_delta_snapshot'::text END AS counters,
    coalesce(metadata ->> 'delta_writes_versioned'::text, '') = 'true' AS versioned
  FROM ${tables.checkpoints} WHERE ${here} AND checkpoint_id = ${id} OFFSET 0
) c
CROSS JOIN LATERAL (
  SELECT checkpoint_id, checkpoint -> 'channel_versions'::text AS versions
  FROM ${tables.checkpoints} WHERE ${here} AND checkpoint_id = c.parent_checkpoint_id OFFSET 0
) p
CROSS JOIN LATERAL (
  SELECT k.channel, ${versions} ->> k.channel AS version, false AS guessed
  FROM pg_catalog.jsonb_object_keys(c.counters) AS k(channel)
  WHERE ${versions} ? k.channel OR NOT c.versioned
  UNION ALL
  SELECT k.channel, k.version, true
  FROM pg_catalog.jsonb_each_text(
    CASE WHEN c.counters IS NULL AND NOT c.versioned AND ${hasVersions("c.checkpoint")} THEN ${versions} END
  ) AS k(channel, version)
  WHERE NOT (${isInternal("k.channel")})
  UNION ALL
  SELECT '__pregel_tasks', NULL, true WHERE c.checkpoint -> 'v'::text < '4'::jsonb
) k
LEFT JOIN LATERAL (
  SELECT true AS here FROM ${tables.blobs}
  WHERE ${here} AND channel = k.channel AND version = k.version AND type <> 'empty' OFFSET 0
) stored ON true
LEFT JOIN LATERAL (
  SELECT true AS here FROM ${tables.writes}
  WHERE ${here} AND checkpoint_id = p.checkpoint_id AND channel = k.channel LIMIT 1
) written ON k.guessed
WHERE stored.here IS NULL AND ${isFewOf("k.channel")}
  AND NOT coalesce(c.checkpoint -> 'channel_values'::text ? k.channel, false)
  AND (NOT k.guessed OR written.here OR p.versions ->> k.channel = k.version)
LIMIT 1`;
}
