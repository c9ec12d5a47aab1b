import type { CheckpointKey } from "../config.js";
import type { Statement } from "../driver.js";
import type { Tables } from "../schema/identifiers.js";
import { template } from "./template.js";
import { blobCte, REFERRED_VERSIONS, tupleSelect } from "./tuple.js";

/** Values that the reader has already: their channels, and the version of each. */
type Known = ReadonlyMap<string, { readonly version: string }>;

const UNKNOWN = `
  WHERE NOT EXISTS (
    SELECT FROM unnest($3::text[], $4::text[]) AS k(channel, version)
    WHERE k.channel = v.key AND k.version = v.value
  )`;

/** Reads one checkpoint, or the latest of its namespace, with its writes and all values but known ones. */
export function getTupleStatement(
  tables: Tables,
  jsonIsText: boolean,
): (key: CheckpointKey, known: Known) => Statement {
  const read = (which: string, condition = "") => {
    const source = {
      thread: "$1::text",
      namespace: "$2::text",
      page: "page",
      versions: `(\n  ${REFERRED_VERSIONS}${condition}\n)`,
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
  const unknown = {
    byId: read("AND checkpoint_id = $5::text", UNKNOWN),
    latest: read(latest, UNKNOWN),
  };
  return ({ threadId, checkpointNs, checkpointId }, known) => {
    const versions = [...known.values()].map(({ version }) => version);
    const values = [
      threadId,
      checkpointNs,
      ...(known.size > 0 ? [[...known.keys()], versions] : []),
    ];
    const { byId, latest } = known.size > 0 ? unknown : all;
    return checkpointId === undefined ? latest(values) : byId([...values, checkpointId]);
  };
}
