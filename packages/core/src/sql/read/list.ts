import type { SqlValue, Statement } from "../../driver/driver.js";
import { type Template, template } from "../../driver/template.js";
import type { ListQuery } from "../../input/config.js";
import type { Tables } from "../../schema/identifiers.js";
import { TABLES } from "../../schema/tables.js";
import type { Segment } from "../../sharing/segments.js";
import { once, onceOnNodes } from "../citus.js";
import { cte, materialized, sql, withAll } from "../text.js";
import type { KnownParts } from "./parts.js";
import type { BlobKey } from "./rows.js";
import {
  type Bind,
  binder,
  NEWEST_FIRST,
  type Selection,
  selectionOf,
  whereAll,
} from "./selection.js";
import { referredVersions, storedBlobs, tupleSelect } from "./tuple.js";
import type { ValueForm } from "./values.js";

/** Where a page ended; the next one begins below it. */
export interface PageEnd {
  readonly threadId: string;
  readonly checkpointNs: string;
  readonly checkpointId: string;
}

/** A blob that the reader holds already, which was stored by a known put. */
export interface KnownBlob extends BlobKey {
  readonly putId: string;
}

/** Bytes of incremental values that the reader holds already. */
export interface PartKey extends Segment {
  readonly threadId: string;
}

export interface PageInput {
  readonly query: ListQuery;
  readonly after: PageEnd | undefined;
  readonly size: number;
  readonly known: readonly KnownBlob[];
  readonly knownParts: readonly PartKey[];
  /** Whether the threads may lie on several nodes of Citus; false by default. */
  readonly onNodes?: boolean;
}

/**
 * Reads one page of checkpoints, newest first, each blob once however many of them refer to it; of
 * those in `known` only that they are stored, by the same put.
 */
export function listStatement(tables: Tables): (input: PageInput, form: ValueForm) => Statement {
  const templates = new Map<string, Template>();
  return ({ query, after, size, known, knownParts, onNodes = false }, form) => {
    const values: SqlValue[] = [];
    const bind = binder(values);
    const { conditions, thread, namespace } = selectionOf(query, bind);
    const below = after && belowCondition(after, bind);
    const limit = bind(size, "int");
    const bindAll = <Row>(rows: readonly Row[], column: (row: Row) => string) =>
      bind(rows.map(column), "text[]");
    const held = sql`unnest(
  ${bindAll(known, (k) => k.threadId)}, ${bindAll(known, (k) => k.checkpointNs)},
  ${bindAll(known, (k) => k.channel)}, ${bindAll(known, (k) => k.version)}, ${bindAll(known, (k) => k.putId)}
)`;
    const parts = {
      threads: bindAll(knownParts, (k) => k.threadId),
      from: bindAll(knownParts, (k) => String(k.from)),
      to: bindAll(knownParts, (k) => String(k.to)),
    };
    const where = below === undefined ? conditions : [...conditions, below];
    const text = textOf(tables, form, {
      ...{ thread, namespace, where, limit, held, parts, onNodes },
    });
    const bound = templates.get(text) ?? template(text);
    templates.set(text, bound);
    return bound(values);
  };
}

/** What the text of a page is made of: conditions and placeholders. */
interface PageText extends Pick<Selection, "thread" | "namespace"> {
  readonly where: readonly string[];
  readonly limit: string;
  /** What the reader holds of blobs. */
  readonly held: string;
  readonly parts: KnownParts;
  readonly onNodes: boolean;
}

function textOf(tables: Tables, form: ValueForm, page: PageText): string {
  const { thread, namespace, where, limit, held, parts, onNodes } = page;
  const lookUpEnd = onNodes ? onceOnNodes : once;
  const place = {
    ...{ thread: thread ?? "p.thread_id", namespace: namespace ?? "p.checkpoint_ns" },
    ...{ page: { relation: "page" }, lookUpEnd },
  };
  const keys = sql`SELECT thread_id, checkpoint_ns, checkpoint_id, pg_catalog.row_number() OVER (${NEWEST_FIRST}) AS position
FROM ${tables.checkpoints}${whereAll(where)}
${NEWEST_FIRST} LIMIT ${limit}`;
  const checkpoints = sql`SELECT c.*, k.position::int FROM keys k CROSS JOIN LATERAL (
  SELECT thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata
  FROM ${tables.checkpoints}
  WHERE thread_id = ${thread ?? "k.thread_id"} AND checkpoint_ns = ${namespace ?? "k.checkpoint_ns"}
    AND checkpoint_id = k.checkpoint_id
  ${lookUpEnd(TABLES.checkpoints.key)}
) c`;
  const versions = sql`SELECT v.*, k.put_id::bigint AS known_put
FROM (
  SELECT DISTINCT * FROM (
    ${referredVersions("page")}
  ) r
) v
LEFT JOIN ${held} AS k(thread_id, checkpoint_ns, channel, version, put_id)
  ON k.thread_id = v.thread_id AND k.checkpoint_ns = v.checkpoint_ns
  AND k.channel = v.channel AND k.version = v.version`;
  return withAll(
    [
      ...[cte("keys", keys), cte("page", checkpoints), cte("versions", versions)],
      materialized("blob", storedBlobs(tables, place, "versions", true)),
    ],
    tupleSelect(tables, form, {
      ...{ ...place, blobs: "blob", common: { known: parts, onNodes } },
    }),
  );
}

function belowCondition(after: PageEnd, bind: Bind): string {
  const end = [after.checkpointId, after.threadId, after.checkpointNs].map((value) => bind(value));
  return `(checkpoint_id, thread_id, checkpoint_ns) < (${end.join(", ")})`;
}
