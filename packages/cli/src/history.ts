import type { Session } from "./session.ts";

/** A checkpoint as `show` draws it. */
export interface Step {
  readonly id: string;
  readonly namespace: string;
  readonly parent: string | null;
  readonly ts: string | null;
  readonly source: string | null;
  readonly step: number | null;
  /** Nodes that ran since the parent. */
  readonly nodes: readonly string[];
  /** Channels with another version than the parent has. */
  readonly changed: readonly string[];
  /** Size of the values of those, with what they share with others. */
  readonly bytes: number;
  readonly writes: number;
}

interface Row {
  readonly id: string;
  readonly namespace: string;
  readonly parent: string | null;
  readonly ts: string | null;
  readonly source: string | null;
  readonly step: number | null;
  readonly versions: Readonly<Record<string, unknown>> | null;
  readonly seen: Readonly<Record<string, unknown>> | null;
  readonly writes: number;
}

/** More has none but a damaged value, whose size can't be told; to look into a large array takes long. */
const MOST_POSITIONS = 512;

/** All checkpoints of a thread, the oldest first. */
export async function history(session: Session, threadId: string): Promise<Step[]> {
  const rows = await session.rows<Row>(
    `SELECT checkpoint_id AS id, checkpoint_ns AS namespace, parent_checkpoint_id AS parent,
       checkpoint ->> 'ts'::text AS ts, metadata ->> 'source'::text AS source,
       (metadata ->> 'step'::text)::float8::int AS step,
       checkpoint -> 'channel_versions'::text AS versions, checkpoint -> 'versions_seen'::text AS seen,
       (SELECT pg_catalog.count(*)::int FROM ${session.table("checkpoint_writes")} w
        WHERE w.thread_id = c.thread_id AND w.checkpoint_ns = c.checkpoint_ns AND w.checkpoint_id = c.checkpoint_id) AS writes
     FROM ${session.table("checkpoints")} c WHERE thread_id = $1 ORDER BY checkpoint_id`,
    [threadId],
  );
  const sizes = await session.rows<{ key: string; bytes: number }>(
    `SELECT checkpoint_ns || chr(31) || channel || chr(31) || version AS key,
       (coalesce(octet_length(blob), 0) + coalesce((
         SELECT sum(segments[i + 1]::float8 - segments[i]::float8)
         FROM generate_series(1, least(cardinality(segments), ${MOST_POSITIONS}), 2) i
       ), 0))::float8 AS bytes
     FROM ${session.table("checkpoint_blobs")} WHERE thread_id = $1`,
    [threadId],
  );
  const size = new Map(sizes.map(({ key, bytes }) => [key, bytes]));
  const byId = new Map(rows.map((row) => [keyOf(row.namespace, row.id), row]));
  return rows.map(({ versions, seen, ...row }) => {
    const parent = row.parent === null ? undefined : byId.get(keyOf(row.namespace, row.parent));
    const changed = changedKeys(versions, parent?.versions);
    const stored = changed.map(
      (name) => size.get(`${row.namespace}\u001f${name}\u001f${versions?.[name]}`) ?? 0,
    );
    return {
      ...row,
      changed: changed.filter((name) => !name.startsWith("branch:") && name !== "__start__"),
      nodes: changedKeys(seen, parent?.seen).filter((name) => !name.startsWith("__")),
      bytes: stored.reduce((sum, bytes) => sum + bytes, 0),
    };
  });
}

const keyOf = (namespace: string, id: string) => JSON.stringify([namespace, id]);

function changedKeys(
  now: Readonly<Record<string, unknown>> | null | undefined,
  before: Readonly<Record<string, unknown>> | null | undefined,
): string[] {
  return Object.keys(now ?? {}).filter(
    (key) => JSON.stringify(now?.[key]) !== JSON.stringify(before?.[key]),
  );
}
