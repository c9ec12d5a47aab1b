import type { SqlValue, Statement } from "../../driver/driver.js";
import { bytesParameter, template, templateByRows } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { OWN } from "../../serializer/records.js";
import { MIN_SHARED, type SharedValue } from "../../sharing/plan.js";
import { segmentsText } from "../../sharing/segments.js";
import { typeOf } from "../read/parts.js";
import { unreferencedParts } from "../remove/removed.js";
import { groupParts, insertParts } from "./insert-parts.js";
import { PARTS, streamsEnd } from "./put-shared.js";

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

/** Reads the values of a thread and stores them in the other form. */
export function rewriteStatements(tables: Tables) {
  const keys = template(`SELECT checkpoint_ns AS namespace, channel, version FROM ${tables.blobs}
WHERE thread_id = $1::text AND (segments IS NOT NULL OR pg_catalog.octet_length(blob) >= ${MIN_SHARED}
  OR pg_catalog.position(blob, '${OWN.bytes}'::bytea) > 0)`);
  const read = template(`SELECT ${typeOf("b")} AS type, b.blob AS bytes, b.segments::text
FROM ${tables.blobs} b WHERE ${KEY} FOR UPDATE`);
  const blob = bytesParameter("$6", tables.bytes);
  const whole =
    template(`UPDATE ${tables.blobs} SET type = $5::text, blob = ${blob}, segments = NULL
WHERE ${KEY}`);
  const shared = templateByRows(
    (first: number, rest: number) => `WITH ready AS MATERIALIZED (
  SELECT WHERE ${streamsEnd(tables, "$8::text[]", "$9::text[]")}
)${insertParts(tables, { first, rest }, ["text", "bytea"], PARAMETERS + 1)}
UPDATE ${tables.blobs} SET type = $5::text, blob = ${blob}, segments = $7::text::bigint[]
WHERE ${KEY} AND EXISTS (SELECT FROM claimed)
RETURNING true AS stored`,
  );
  const unreferenced = template(`WITH unused AS (
  SELECT NULL::text AS checkpoint_ns, NULL::text AS channel, NULL::text AS version WHERE false
)
${unreferencedParts(tables, "DELETE")}`);
  const place = (threadId: string, { namespace, channel, version }: RewriteKey): SqlValue[] => [
    ...[threadId, namespace, channel, version],
  ];
  return {
    keys: (threadId: string): Statement => keys([threadId]),
    read: (threadId: string, key: RewriteKey): Statement => read(place(threadId, key)),
    whole: (threadId: string, key: RewriteKey, type: string, bytes: Uint8Array): Statement =>
      whole([...place(threadId, key), type, bytes]),
    /** Returns no row, and stores nothing, where somebody else wrote to a stream. */
    shared: (threadId: string, key: RewriteKey, type: string, value: SharedValue): Statement => {
      const { parts, tail, segments, ends } = value;
      const { first, rest } = groupParts(parts, ends);
      return shared(
        first.length,
        rest.length,
      )([
        ...place(threadId, key),
        ...[PARTS + type, tail, segmentsText(segments)],
        ends.map(({ start }) => String(start)),
        ends.map(({ stop }) => String(stop)),
        ...[...first, ...rest].flatMap(({ position, bytes }) => [String(position), bytes]),
      ]);
    },
    removeUnreferenced: (threadId: string): Statement => unreferenced([threadId]),
  };
}
