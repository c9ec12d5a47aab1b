import type { CheckpointKey } from "../config.js";
import type { Statement } from "../driver.js";
import type { Tables } from "../schema/identifiers.js";
import { template } from "./template.js";
import { blobCte, REFERRED_VERSIONS, tupleSelect } from "./tuple.js";

/** Reads one checkpoint, or the latest of its namespace, with all its values and writes. */
export function getTupleStatement(
  tables: Tables,
  jsonIsText: boolean,
): (key: CheckpointKey) => Statement {
  const source = {
    thread: "$1::text",
    namespace: "$2::text",
    page: "page",
    versions: `(\n  ${REFERRED_VERSIONS}\n)`,
  };
  const read = (which: string) =>
    template(`WITH page AS (
  SELECT thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata, 1 AS position
  FROM ${tables.checkpoints}
  WHERE thread_id = $1::text AND checkpoint_ns = $2::text ${which}
), ${blobCte(tables, source)}
${tupleSelect(tables, jsonIsText, source)}`);

  const byId = read("AND checkpoint_id = $3::text");
  const latest = read("ORDER BY checkpoint_id DESC LIMIT 1");
  return ({ threadId, checkpointNs, checkpointId }) =>
    checkpointId === undefined
      ? latest([threadId, checkpointNs])
      : byId([threadId, checkpointNs, checkpointId]);
}
