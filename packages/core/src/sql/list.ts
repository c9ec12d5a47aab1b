import type { ListQuery } from "../config.js";
import type { SqlValue, Statement } from "../driver.js";
import type { Tables } from "../schema/identifiers.js";
import { type Template, template } from "./template.js";
import { REFERRED_VERSIONS, tupleSelect } from "./tuple.js";

/** Where a page ended; the next one begins below it. */
export interface PageEnd {
  readonly threadId: string;
  readonly checkpointNs: string;
  readonly checkpointId: string;
}

/** A blob that the reader holds already. */
export interface BlobKey {
  readonly threadId: string;
  readonly checkpointNs: string;
  readonly channel: string;
  readonly version: string;
}

export interface PageInput {
  readonly query: ListQuery;
  readonly after: PageEnd | undefined;
  readonly size: number;
  readonly known: readonly BlobKey[];
}

/** Ties between threads or namespaces are broken, or a page's end could not be found again. */
const ORDER = "ORDER BY checkpoint_id DESC, thread_id DESC, checkpoint_ns DESC";

/**
 * Reads one page of checkpoints, newest first, each blob once however many of them refer to it,
 * and none of those in `known`.
 */
export function listStatement(
  tables: Tables,
  jsonIsText: boolean,
): (input: PageInput) => Statement {
  const templates = new Map<string, Template>();
  return ({ query, after, size, known }) => {
    const values: SqlValue[] = [];
    const bind = (value: SqlValue, type = "text") => `$${values.push(value)}::${type}`;

    const thread = query.threadId === undefined ? undefined : bind(query.threadId);
    const namespace = query.checkpointNs === undefined ? undefined : bind(query.checkpointNs);
    const conditions = [
      thread && `thread_id = ${thread}`,
      namespace && `checkpoint_ns = ${namespace}`,
      query.checkpointId && `checkpoint_id = ${bind(query.checkpointId)}`,
      query.before && `checkpoint_id < ${bind(query.before)}`,
      query.filter && `metadata @> ${bind(query.filter)}::jsonb`,
      after && belowCondition(after, bind),
    ].filter((condition) => typeof condition === "string");
    const limit = bind(size, "int");
    const unknown = `NOT EXISTS (
    SELECT FROM unnest(${bind(
      known.map((k) => k.threadId),
      "text[]",
    )}, ${bind(
      known.map((k) => k.checkpointNs),
      "text[]",
    )},
      ${bind(
        known.map((k) => k.channel),
        "text[]",
      )}, ${bind(
        known.map((k) => k.version),
        "text[]",
      )}) k(thread_id, checkpoint_ns, channel, version)
    WHERE k.thread_id = v.thread_id AND k.checkpoint_ns = v.checkpoint_ns
      AND k.channel = v.channel AND k.version = v.version
  )`;

    const text = `WITH keys AS (
  SELECT thread_id, checkpoint_ns, checkpoint_id, row_number() OVER (${ORDER}) AS position
  FROM ${tables.checkpoints}
  ${conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`}
  ${ORDER} LIMIT ${limit}
), page AS (
  SELECT c.*, k.position::int FROM keys k CROSS JOIN LATERAL (
    SELECT thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata
    FROM ${tables.checkpoints}
    WHERE thread_id = ${thread ?? "k.thread_id"} AND checkpoint_ns = ${namespace ?? "k.checkpoint_ns"}
      AND checkpoint_id = k.checkpoint_id OFFSET 0
  ) c
), versions AS (
  SELECT DISTINCT * FROM (${REFERRED_VERSIONS}) v WHERE ${unknown}
)
${tupleSelect(tables, jsonIsText, { thread: thread ?? "p.thread_id", namespace: namespace ?? "p.checkpoint_ns" }, "versions")}`;
    const bound = templates.get(text) ?? template(text);
    templates.set(text, bound);
    return bound(values);
  };
}

function belowCondition(after: PageEnd, bind: (value: SqlValue) => string): string {
  const end = [after.checkpointId, after.threadId, after.checkpointNs].map((value) => bind(value));
  return `(checkpoint_id, thread_id, checkpoint_ns) < (${end.join(", ")})`;
}
