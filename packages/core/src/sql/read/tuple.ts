import type { Tables } from "../../schema/identifiers.js";
import { TABLES } from "../../schema/tables.js";
import { type LookUpEnd, once } from "../citus.js";
import { sql } from "../text.js";
import { versionsOf } from "../versions.js";
import {
  commonPartsOf,
  commonPartsOfNodes,
  type KnownParts,
  type PartRows,
  partRowsOf,
  partsOf,
} from "./parts.js";
import type { RawRow, TupleRow } from "./rows.js";
import { type Columns, columnsOf, typeOf, type ValueForm, valueColumns } from "./values.js";

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
  put: "text",
  segments: "text",
} as const satisfies Partial<Record<keyof RawRow, string>>;

/** A row of what belongs to some checkpoints, as `parseTupleRow` takes it. */
export interface TupleColumns extends Pick<RawRow, keyof typeof COLUMNS> {
  readonly kind: TupleRow["kind"];
}

const tupleColumns = columnsOf(COLUMNS);

/** Where values of several checkpoints are read, which have parts in common. */
export interface CommonParts {
  /** Parts that need not be read. */
  readonly known?: KnownParts;
  /** Whether their threads may lie on several nodes of Citus. */
  readonly onNodes?: boolean;
}

/** The bytes of incremental values, as rows of kind `part`. */
export function partSelect(
  tables: Tables,
  form: ValueForm,
  source: PartSource,
  columns: Columns = tupleColumns,
): string {
  const part = partRows(tables, source);
  const text = form === "text" ? part.isText : "false";
  return sql`SELECT ${columns({
    kind: "'part'",
    thread: part.thread,
    version: `${part.position}::text`,
    idx: `pg_catalog.octet_length(${part.bytes})`,
    json: `CASE WHEN ${text} THEN pg_catalog.convert_from(${part.bytes}, 'UTF8') END`,
    bytes: `CASE WHEN ${text} THEN NULL ELSE ${part.bytes} END`,
  })}
FROM ${part.from}`;
}

interface PartSource {
  readonly blobs: string;
  readonly thread?: string;
  readonly common?: CommonParts;
}

function partRows(tables: Tables, { blobs, thread, common }: PartSource): PartRows {
  if (common === undefined) return partsOf(tables, blobs, thread);
  return partRowsOf(
    common.onNodes
      ? commonPartsOfNodes(tables, blobs, common.known)
      : commonPartsOf(tables, blobs, thread, common.known),
  );
}

/** Where a read finds its checkpoints and the blobs that they refer to. */
export interface TupleSource {
  /** How to name thread and namespace; parameters where they are fixed, so that each branch can be routed by `thread_id` alone. */
  readonly thread: string;
  readonly namespace: string;
  /**
   * Relation with the checkpoints, columns named as in the table and a `position` beside them; or the alias of
   * an outer one that is one of them.
   */
  readonly page: { readonly relation: string } | { readonly outer: string };
  /** Relation with what `storedBlobs` selects. */
  readonly blobs: string;
  readonly common?: CommonParts;
  /** How look-ups end; `once` by default. */
  readonly lookUpEnd?: LookUpEnd;
}

/**
 * The stored values of some versions, full ones and the tails of others; of those that the reader holds only
 * that they are there.
 *
 * @param versions relation with thread_id, checkpoint_ns, channel and version of the blobs to read, and, if
 *   `areKnown`, in `known_put` which put stored what the reader holds of each, null for nothing
 * @param areKnown whether the reader holds any
 */
export function storedBlobs(
  tables: Tables,
  { thread, namespace, lookUpEnd = once }: Pick<TupleSource, "thread" | "namespace" | "lookUpEnd">,
  versions: string,
  areKnown: boolean,
): string {
  const stored = areKnown
    ? `coalesce(put_id = p.known_put, false) AS is_known,
    CASE WHEN put_id = p.known_put THEN NULL ELSE blob END AS blob,
    CASE WHEN put_id = p.known_put THEN NULL ELSE segments END AS segments`
    : "false AS is_known, blob, segments";
  return sql`SELECT p.thread_id, p.checkpoint_ns, p.channel, p.version, b.*
FROM ${versions} p CROSS JOIN LATERAL (
  SELECT type, put_id, ${stored}
  FROM ${tables.blobs}
  WHERE thread_id = ${thread} AND checkpoint_ns = ${namespace}
    AND channel = p.channel AND version = p.version AND type <> 'empty'
  ${lookUpEnd(TABLES.blobs.key)}
) b`;
}

/**
 * Reads all that belongs to some checkpoints: themselves, their values, their writes.
 *
 * Look-ups stand in lateral sub-selects that end with `lookUpEnd`.
 */
export function tupleSelect(tables: Tables, form: ValueForm, source: TupleSource): string {
  const { thread, page, blobs, common } = source;
  const isOuter = "outer" in page;
  const p = isOuter ? page.outer : "p";
  // Of a page the thread may be fixed; an outer one can't be routed by a column of its own.
  const fixed = thread.startsWith("$") ? { thread } : {};

  return sql`SELECT ${tupleColumns({
    kind: "'checkpoint'",
    thread: `${p}.thread_id`,
    namespace: `${p}.checkpoint_ns`,
    id: `${p}.checkpoint_id`,
    parent: `${p}.parent_checkpoint_id`,
    metadata: `${p}.metadata::text`,
    idx: `${p}.position`,
    json: `${p}.checkpoint::text`,
  })}
${isOuter ? "" : `FROM ${page.relation} ${p}\n`}UNION ALL
SELECT ${tupleColumns({
    kind: "CASE WHEN b.is_known THEN 'known' ELSE 'blob' END",
    thread: "b.thread_id",
    namespace: "b.checkpoint_ns",
    channel: "b.channel",
    version: "b.version",
    type: typeOf("b"),
    ...valueColumns("b", form),
    put: "b.put_id::text",
    segments: "b.segments::text",
  })}
FROM ${blobs} b
UNION ALL
${partSelect(tables, form, { blobs, ...fixed, ...(common && { common }) })}
UNION ALL
SELECT ${tupleColumns({
    kind: `CASE WHEN w.checkpoint_id = ${p}.checkpoint_id THEN 'write' ELSE 'send' END`,
    thread: `${p}.thread_id`,
    namespace: `${p}.checkpoint_ns`,
    id: `${p}.checkpoint_id`,
    channel: "w.channel",
    task: "w.task_id",
    path: "w.task_path",
    idx: "w.idx",
    type: "w.type",
    ...valueColumns("w", form),
  })}
${isOuter ? "FROM" : `FROM ${page.relation} ${p} CROSS JOIN LATERAL`} (
  ${writesOf(tables, source, p)}
) w
WHERE w.checkpoint_id = ${p}.checkpoint_id OR w.channel = '__pregel_tasks'`;
}

/** The writes to a checkpoint, and to its parent where it takes its pending sends from there. */
const writesOf = (tables: Tables, source: TupleSource, checkpoint: string): string =>
  `SELECT * FROM ${tables.writes}
WHERE thread_id = ${source.thread} AND checkpoint_ns = ${source.namespace} AND checkpoint_id = ANY (ARRAY[${checkpoint}.checkpoint_id,
  CASE WHEN ${checkpoint}.checkpoint -> 'v'::text < '4'::jsonb THEN ${checkpoint}.parent_checkpoint_id END])
${(source.lookUpEnd ?? once)(TABLES.writes.key)}`;

/** The channels and versions that some checkpoints refer to. */
export const referredVersions = (checkpoints: string): string =>
  `SELECT p.thread_id, p.checkpoint_ns, v.key AS channel, v.value AS version
FROM ${checkpoints} p
CROSS JOIN LATERAL ${versionsOf("p.checkpoint")} v`;
