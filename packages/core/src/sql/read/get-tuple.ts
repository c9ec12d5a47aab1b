import type { Statement } from "../../driver/driver.js";
import { templateByShape } from "../../driver/template.js";
import type { CheckpointKey } from "../../input/config.js";
import type { Tables } from "../../schema/identifiers.js";
import { cte, materialized, sql, withAll } from "../text.js";
import { referredVersions, storedBlobs, tupleSelect } from "./tuple.js";
import type { ValueForm } from "./values.js";

/** Values that the reader has already: their channels, and the version of each and the put that stored it. */
type Known = ReadonlyMap<string, { readonly version: string; readonly putId: string }>;

const noneKnown = (page: string) => sql`(
  ${referredVersions(page)}
)`;

/** Of the versions that a page refers to, which put is known to have stored each. */
const someKnown = (page: string) => sql`(
  SELECT r.*, k.put_id::bigint AS known_put FROM (
    ${referredVersions(page)}
  ) r
  LEFT JOIN unnest($3::text[], $4::text[], $5::text[]) AS k(channel, version, put_id)
    ON k.channel = r.channel AND k.version = r.version
)`;

/**
 * Reads one checkpoint, or the latest of its namespace, with its writes and its values. Of known values
 * it says whether they are stored, by the same put: another may have stored another value under the version.
 */
export function getTupleStatement(
  tables: Tables,
): (key: CheckpointKey, known: Known, form: ValueForm) => Statement {
  const templateFor = templateByShape((isLatest: boolean, areKnown: boolean, form: ValueForm) =>
    textOf(tables, isLatest, areKnown, form),
  );
  return ({ threadId, checkpointNs, checkpointId }, known, form) => {
    const held = [...known.values()];
    const versions = held.map(({ version }) => version);
    const puts = held.map(({ putId }) => putId);
    return templateFor(
      checkpointId === undefined,
      known.size > 0,
      form,
    )([
      ...[threadId, checkpointNs],
      ...(known.size > 0 ? [[...known.keys()], versions, puts] : []),
      ...(checkpointId === undefined ? [] : [checkpointId]),
    ]);
  };
}

function textOf(tables: Tables, isLatest: boolean, areKnown: boolean, form: ValueForm): string {
  const place = { thread: "$1::text", namespace: "$2::text" };
  const source = { ...place, page: { relation: "page" }, blobs: "blob" };
  const which = isLatest
    ? "ORDER BY checkpoint_id DESC LIMIT 1"
    : `AND checkpoint_id = $${areKnown ? 6 : 3}::text`;
  const page = `SELECT thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata, 1 AS position
FROM ${tables.checkpoints}
WHERE thread_id = $1::text AND checkpoint_ns = $2::text ${which}`;
  const versions = areKnown ? someKnown("page") : noneKnown("page");
  return withAll(
    [cte("page", page), materialized("blob", storedBlobs(tables, place, versions, areKnown))],
    tupleSelect(tables, form, source),
  );
}
