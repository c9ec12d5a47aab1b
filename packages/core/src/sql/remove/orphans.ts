import type { Statement } from "../../driver/driver.js";
import { templateByShape } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { isFewOf } from "../planner.js";
import { isUnreferenced, neededRanges } from "../read/parts.js";
import { cte, materialized, sql } from "../text.js";
import { allHaveVersions, versionsOf } from "../versions.js";
import { type Act, removedListed } from "./removed.js";

/** Ids that say when they were made, and so how old the writes to them are. */
const UUID6 = "'^[0-9a-f]{8}-[0-9a-f]{4}-6[0-9a-f]{3}-'";

/** Values of a thread that none of its checkpoints refers to. */
export const unreferencedBlobs = (
  tables: Tables,
  thread: string,
): string => `SELECT checkpoint_ns, channel, version FROM ${tables.blobs}
WHERE thread_id = ${thread} AND ${allHaveVersions(tables, thread)}
EXCEPT
SELECT c.checkpoint_ns, v.key, v.value
FROM ${tables.checkpoints} c
CROSS JOIN LATERAL ${versionsOf("c.checkpoint")} v
WHERE c.thread_id = ${thread} AND ${isFewOf("v.key")}`;

/** Parts of a thread that none of its values needs. */
export const unreferencedPartsOf = (
  tables: Tables,
  thread: string,
): string => sql`SELECT r.position FROM ${tables.parts} r
CROSS JOIN (
  ${neededRanges(`(SELECT segments FROM ${tables.blobs} WHERE thread_id = ${thread})`)}
) n
WHERE r.thread_id = ${thread} AND ${isUnreferenced("r", "n")}`;

/** Ids to which a thread has writes but no checkpoint: older ones only, as writes may arrive before it. */
export const lostWrites = (
  tables: Tables,
  thread: string,
  before: string,
): string => `SELECT DISTINCT w.checkpoint_ns, w.checkpoint_id FROM ${tables.writes} w
WHERE w.thread_id = ${thread} AND w.checkpoint_id ~ ${UUID6} AND w.checkpoint_id < ${before} COLLATE "C"
  AND NOT EXISTS (
    SELECT true AS found FROM ${tables.checkpoints} c
    WHERE c.thread_id = ${thread} AND c.checkpoint_ns = w.checkpoint_ns AND c.checkpoint_id = w.checkpoint_id
  )`;

/**
 * Removes, or only counts, what no checkpoint of a thread refers to. The thread's lock must be held
 * since before the statement began.
 *
 * @returns a function of the thread and the id of a checkpoint: writes to older ones may go
 */
export function removeOrphansStatement(
  tables: Tables,
): (threadId: string, before: string, act: Act) => Statement {
  const templateFor = templateByShape((act: Act) => {
    const lists = { chosen: "chosen", going: "going", unused: "unused" };
    const ctes = [
      materialized(lists.chosen, lostWrites(tables, "$1::text", "$2::text")),
      cte(lists.going, `SELECT * FROM ${lists.chosen}`),
      materialized(lists.unused, unreferencedBlobs(tables, "$1::text")),
    ];
    return `WITH ${ctes.join(", ")}, ${removedListed(tables, act, lists)}`;
  });
  return (threadId, before, act) => templateFor(act)([threadId, before]);
}
