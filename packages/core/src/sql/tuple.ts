import type { Tables } from "../schema/identifiers.js";

/**
 * One row of a read: a checkpoint, or one of the values that belong to it. Columns that do not apply
 * are null. Their names are single words, which stay as they are where a client renames columns
 * (`camelCase` and the like).
 */
export interface TupleRow {
  /** `send`: a write of the parent that a checkpoint older than format 4 takes its pending sends from. */
  readonly kind: "checkpoint" | "blob" | "write" | "send";
  readonly thread: string;
  readonly namespace: string;
  /** Of a blob: null, as blobs belong to all checkpoints that name their version. */
  readonly id: string;
  readonly parent: string | null;
  readonly metadata: string | null;
  readonly channel: string;
  readonly version: string;
  readonly task: string;
  readonly path: string;
  /** Of a write its index, of a checkpoint its position in the read: a union has no order of its own. */
  readonly idx: number;
  readonly type: string;
  /** The value as text where it is JSON of ours, or the checkpoint itself. */
  readonly json: string | null;
  /** The value otherwise. */
  readonly bytes: Uint8Array | null;
}

const COLUMNS = {
  kind: "text",
  thread: "text",
  namespace: "text",
  id: "text",
  parent: "text",
  metadata: "text",
  channel: "text",
  version: "text",
  task: "text",
  path: "text",
  idx: "int",
  type: "text",
  json: "text",
  bytes: "bytea",
} as const satisfies Record<keyof TupleRow, string>;

/** A select list with all columns of a read, null where no expression is given. */
export function tupleColumns(expressions: Partial<Record<keyof TupleRow, string>>): string {
  return Object.entries(COLUMNS)
    .map(([name, type]) => `${expressions[name as keyof TupleRow] ?? `NULL::${type}`} AS ${name}`)
    .join(", ");
}

/**
 * The two columns of a stored value. Text spares drivers that receive bytea in hexadecimal twice
 * the bytes; it is for serializers of ours only, another's `json` may be anything.
 *
 * @param from alias of the table with `type` and `blob`
 */
export function valueColumns(from: string, jsonIsText: boolean): { json: string; bytes: string } {
  if (!jsonIsText) return { json: "NULL::text", bytes: `${from}.blob` };
  return {
    json: `CASE WHEN ${from}.type = 'json' THEN pg_catalog.convert_from(${from}.blob, 'UTF8') END`,
    bytes: `CASE WHEN ${from}.type = 'json' THEN NULL ELSE ${from}.blob END`,
  };
}

/** Where a read finds its checkpoints and the blobs that they refer to. */
export interface TupleSource {
  /** How to name thread and namespace; parameters where they are fixed, so that each branch can be routed by `thread_id` alone. */
  readonly thread: string;
  readonly namespace: string;
  /** Relation with the checkpoints, columns named as in the table and a `position` beside them; undefined where an outer `p` is one of them. */
  readonly page: string | undefined;
  /** Relation with thread_id, checkpoint_ns, channel and version of the blobs to read. */
  readonly versions: string;
}

/**
 * Reads all that belongs to some checkpoints: themselves, their values, their writes.
 *
 * Look-ups stand in lateral sub-selects with OFFSET 0, which keeps the planner at one primary key
 * look-up for each: without it, it may read and hash all values of a long thread.
 */
export function tupleSelect(tables: Tables, jsonIsText: boolean, source: TupleSource): string {
  const { thread, namespace, page, versions } = source;
  const where = `thread_id = ${thread} AND checkpoint_ns = ${namespace}`;
  const ofEach = page === undefined ? "FROM" : `FROM ${page} p CROSS JOIN LATERAL`;
  const writes = (kind: "write" | "send", checkpointId: string, condition: string) => `
SELECT ${tupleColumns({
    kind: `'${kind}'`,
    thread: "p.thread_id",
    namespace: "p.checkpoint_ns",
    id: "p.checkpoint_id",
    channel: "w.channel",
    task: "w.task_id",
    path: "w.task_path",
    idx: "w.idx",
    type: "w.type",
    ...valueColumns("w", jsonIsText),
  })}
${ofEach} (
  SELECT * FROM ${tables.writes} WHERE ${where} AND checkpoint_id = ${checkpointId} OFFSET 0
) w${condition}`;

  return `SELECT ${tupleColumns({
    kind: "'checkpoint'",
    thread: "p.thread_id",
    namespace: "p.checkpoint_ns",
    id: "p.checkpoint_id",
    parent: "p.parent_checkpoint_id",
    metadata: "p.metadata::text",
    idx: "p.position",
    json: "p.checkpoint::text",
  })}
${page === undefined ? "" : `FROM ${page} p`}
UNION ALL
SELECT ${tupleColumns({
    kind: "'blob'",
    thread: "p.thread_id",
    namespace: "p.checkpoint_ns",
    channel: "p.channel",
    version: "p.version",
    type: "b.type",
    ...valueColumns("b", jsonIsText),
  })}
FROM ${versions} p CROSS JOIN LATERAL (
  SELECT type, blob FROM ${tables.blobs}
  WHERE ${where} AND channel = p.channel AND version = p.version AND type <> 'empty' OFFSET 0
) b
UNION ALL${writes("write", "p.checkpoint_id", "")}
UNION ALL${writes(
    "send",
    "p.parent_checkpoint_id",
    `
WHERE (p.checkpoint ->> 'v'::text)::numeric < 4::numeric AND w.channel = '__pregel_tasks'`,
  )}`;
}

/** The channels and versions that the checkpoints of `page` refer to. */
export const REFERRED_VERSIONS = `SELECT p.thread_id, p.checkpoint_ns, v.key AS channel, v.value AS version
  FROM page p
  CROSS JOIN LATERAL pg_catalog.jsonb_each_text(p.checkpoint -> 'channel_versions'::text) v`;
