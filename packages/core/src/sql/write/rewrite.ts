import type { SqlValue, Statement } from "../../driver/driver.js";
import { bytesParameter, template, templateByShape } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { OWN } from "../../serializer/records.js";
import { MIN_INCREMENTAL } from "../../sharing/compose.js";
import type { IncrementalValue } from "../../sharing/plan.js";
import { PARTS, segmentsText } from "../../sharing/segments.js";
import { typeOf } from "../read/values.js";
import { deleteUnreferencedParts } from "../remove/removed.js";
import { materialized, sql, withAll } from "../text.js";
import { groupParts, insertParts } from "./insert-parts.js";
import { streamsEnd } from "./put-incremental.js";
import { ifAnyRouted } from "./row-source.js";

/** A stored value that may be stored otherwise. */
export interface RewriteKey {
  readonly namespace: string;
  readonly channel: string;
  readonly version: string;
}

export interface RewriteRow {
  readonly type: string;
  readonly bytes: Uint8Array | null;
  readonly segments: string | null;
}

const KEY =
  "thread_id = $1::text AND checkpoint_ns = $2::text AND channel = $3::text AND version = $4::text";
const PARAMETERS = 9;

const keyOf = (threadId: string, { namespace, channel, version }: RewriteKey): SqlValue[] => [
  ...[threadId, namespace, channel, version],
];

/** The values of a thread that may be stored otherwise. */
export function listRewritableStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(`SELECT checkpoint_ns AS namespace, channel, version FROM ${tables.blobs}
WHERE thread_id = $1::text AND (segments IS NOT NULL OR pg_catalog.octet_length(blob) >= ${MIN_INCREMENTAL}
  OR pg_catalog.position(blob, '${OWN.bytes}'::bytea) > 0)`);
  return (threadId) => bind([threadId]);
}

/** Reads one of them, and locks it. */
export function readRewritableStatement(
  tables: Tables,
): (threadId: string, key: RewriteKey) => Statement {
  const bind = template(`SELECT ${typeOf("b")} AS type, b.blob AS bytes, b.segments::text
FROM ${tables.blobs} b WHERE ${KEY} FOR UPDATE`);
  return (threadId, key) => bind(keyOf(threadId, key));
}

/** Stores it in full. */
export function rewriteFullStatement(
  tables: Tables,
): (threadId: string, key: RewriteKey, type: string, bytes: Uint8Array) => Statement {
  const blob = bytesParameter("$6", tables.bytes);
  const bind = template(`UPDATE ${tables.blobs} SET type = $5::text, blob = ${blob}, segments = NULL
WHERE ${KEY}`);
  return (threadId, key, type, bytes) => bind([...keyOf(threadId, key), type, bytes]);
}

/** Stores what it adds to another. Returns no row, and stores nothing, where somebody else wrote to a stream. */
export function rewriteIncrementalStatement(
  tables: Tables,
): (threadId: string, key: RewriteKey, type: string, value: IncrementalValue) => Statement {
  const blob = bytesParameter("$6", tables.bytes);
  const claim = { ready: "ready", claimed: "claimed" };
  const ready = sql`SELECT true AS found WHERE ${streamsEnd(tables, "$8::text[]", "$9::text[]")}`;
  const rowsIf = (relation: string) => ifAnyRouted(relation, tables.blobs, KEY);
  const templateFor = templateByShape((first: number, rest: number) =>
    withAll(
      [
        materialized(claim.ready, ready),
        ...insertParts(tables, { first, rest }, ["text", "bytea"], PARAMETERS + 1, claim, rowsIf),
      ],
      `UPDATE ${tables.blobs} SET type = $5::text, blob = ${blob}, segments = $7::text::bigint[]
WHERE ${KEY} AND EXISTS (SELECT true AS found FROM ${claim.claimed})
RETURNING true AS stored`,
    ),
  );
  return (threadId, key, type, { parts, tail, segments, ends }) => {
    const { first, rest } = groupParts(parts, ends);
    return templateFor(
      first.length,
      rest.length,
    )([
      ...keyOf(threadId, key),
      ...[PARTS + type, tail, segmentsText(segments)],
      ends.map(({ start }) => String(start)),
      ends.map(({ stop }) => String(stop)),
      ...[...first, ...rest].flatMap(({ position, bytes }) => [String(position), bytes]),
    ]);
  };
}

/** Removes the parts of a thread that none of its values needs. */
export function removeUnreferencedPartsStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(deleteUnreferencedParts(tables));
  return (threadId) => bind([threadId]);
}
