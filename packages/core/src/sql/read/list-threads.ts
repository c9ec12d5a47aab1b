import type { Statement } from "../../driver/driver.js";
import { template } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";

export interface ListThreadsInput {
  /** Where the page before ended. */
  readonly after: { readonly threadId: string; readonly checkpointId: string } | undefined;
  readonly limit: number;
  /** JSON text that the metadata of the latest checkpoint must contain. */
  readonly filter: string | undefined;
  /** ISO 8601 in UTC. */
  readonly updatedBefore: string | undefined;
}

export interface ThreadRow {
  readonly thread: string;
  readonly id: string;
  readonly ts: string | null;
  readonly source: string | null;
  readonly step: string | null;
  readonly checkpoints: number;
  /** A JSON array of strings. */
  readonly namespaces: string;
}

/**
 * One page of threads, newest first. Reads the primary key of all checkpoints, in its order: about
 * 0.3 seconds for a million, so an index of its own would cost every `put` more than it gains.
 */
export function listThreadsStatement(tables: Tables): (input: ListThreadsInput) => Statement {
  const bind = template(`SELECT t.thread_id AS thread, t.id, c.checkpoint ->> 'ts'::text AS ts,
  c.metadata ->> 'source'::text AS source, c.metadata ->> 'step'::text AS step,
  t.checkpoints, t.namespaces::text
FROM (
  SELECT thread_id, pg_catalog.min(checkpoint_ns) AS first,
    pg_catalog.sum(checkpoints)::int AS checkpoints,
    (pg_catalog.array_agg(id ORDER BY checkpoint_ns))[1] AS id,
    pg_catalog.jsonb_agg(checkpoint_ns ORDER BY checkpoint_ns) AS namespaces
  FROM (
    SELECT thread_id, checkpoint_ns, pg_catalog.max(checkpoint_id) AS id, pg_catalog.count(*) AS checkpoints
    FROM ${tables.checkpoints} GROUP BY thread_id, checkpoint_ns
  ) n
  GROUP BY thread_id
) t CROSS JOIN LATERAL (
  SELECT checkpoint, metadata FROM ${tables.checkpoints}
  WHERE thread_id = t.thread_id AND checkpoint_ns = t.first AND checkpoint_id = t.id OFFSET 0
) c
WHERE ($1::text IS NULL OR (t.id, t.thread_id) < ($1::text, $2::text))
  AND ($3::text IS NULL OR c.metadata @> $3::text::jsonb)
  AND ($4::text IS NULL OR c.checkpoint ->> 'ts'::text < $4::text COLLATE "C")
ORDER BY t.id DESC, t.thread_id DESC LIMIT $5::int`);
  return ({ after, limit, filter, updatedBefore }) =>
    bind([
      after?.checkpointId ?? null,
      after?.threadId ?? null,
      filter ?? null,
      updatedBefore ?? null,
      limit,
    ]);
}
