import type { Statement } from "../../driver/driver.js";
import { template } from "../../driver/template.js";
import type { CheckpointKey } from "../../input/config.js";
import type { Tables } from "../../schema/identifiers.js";
import { blobCte, REFERRED_VERSIONS, tupleSelect } from "./tuple.js";

/** Values that the reader has already: their channels, and the version of each and the put that stored it. */
type Known = ReadonlyMap<string, { readonly version: string; readonly putId: string }>;

const NONE_KNOWN = `SELECT r.*, NULL::bigint AS known_put FROM (${REFERRED_VERSIONS}) r`;

const SOME_KNOWN = `SELECT r.*, k.put_id::bigint AS known_put FROM (${REFERRED_VERSIONS}) r
  LEFT JOIN unnest($3::text[], $4::text[], $5::text[]) AS k(channel, version, put_id)
    ON k.channel = r.channel AND k.version = r.version`;

/**
 * Reads one checkpoint, or the latest of its namespace, with its writes and its values. Of known values
 * it says whether they are stored, by the same put: another may have stored another value under the version.
 */
export function getTupleStatement(
  tables: Tables,
  jsonIsText: boolean,
): (key: CheckpointKey, known: Known) => Statement {
  const read = (which: string, versions = NONE_KNOWN) => {
    const source = {
      thread: "$1::text",
      namespace: "$2::text",
      page: "page",
      versions: `(\n  ${versions}\n)`,
    };
    return template(`WITH page AS (
  SELECT thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata, 1 AS position
  FROM ${tables.checkpoints}
  WHERE thread_id = $1::text AND checkpoint_ns = $2::text ${which}
), ${blobCte(tables, source)}
${tupleSelect(tables, jsonIsText, source)}`);
  };

  const latest = "ORDER BY checkpoint_id DESC LIMIT 1";
  const all = { byId: read("AND checkpoint_id = $3::text"), latest: read(latest) };
  const some = {
    byId: read("AND checkpoint_id = $6::text", SOME_KNOWN),
    latest: read(latest, SOME_KNOWN),
  };
  return ({ threadId, checkpointNs, checkpointId }, known) => {
    const held = [...known.values()];
    const versions = held.map(({ version }) => version);
    const puts = held.map(({ putId }) => putId);
    const values = [
      threadId,
      checkpointNs,
      ...(known.size > 0 ? [[...known.keys()], versions, puts] : []),
    ];
    const { byId, latest } = known.size > 0 ? some : all;
    return checkpointId === undefined ? latest(values) : byId([...values, checkpointId]);
  };
}
