import type { Statement } from "../../driver/driver.js";
import { template } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { isFewOf } from "../planner.js";
import { allHaveVersions, versionsOf } from "../versions.js";
import { belowBoundary, boundaries, type Choice, choiceValues } from "./prune-choose.js";
import { neededParent } from "./prune-needs.js";
import { removedListed } from "./removed.js";

const HERE = "thread_id = $1::text AND checkpoint_ns =";

/** Whether namespace `inner` lies within `outer`: `""` holds all, `a` holds `a|b`. */
const encloses = (outer: string, inner: string) =>
  `(${outer} = '' AND ${inner} <> '' OR pg_catalog.starts_with(${inner}, ${outer} || '|'))`;

/**
 * Why a chosen checkpoint stays, or that another one stays that may need it:
 *
 * - A child that was not chosen, and so may be rebuilt through its parent.
 * - A tip of a branch that has writes: an open interrupt, or a run that can be resumed.
 * - The state of a subgraph at a checkpoint of the graph around it that stays: the latest before it.
 */
function reasons(tables: Tables): string {
  return `SELECT checkpoint_ns, checkpoint_id FROM child WHERE NOT chosen AND ${isFewOf("checkpoint_id")}
  UNION ALL
  SELECT v.checkpoint_ns, v.checkpoint_id FROM chosen v CROSS JOIN LATERAL (
    SELECT FROM ${tables.writes}
    WHERE ${HERE} v.checkpoint_ns AND checkpoint_id = v.checkpoint_id LIMIT 1
  ) w
  WHERE (v.checkpoint_ns, v.checkpoint_id) NOT IN (SELECT checkpoint_ns, parent_checkpoint_id FROM child)
    AND ${isFewOf("v.checkpoint_ns")} AND ${isFewOf("v.checkpoint_id")}
  UNION ALL
  SELECT v.checkpoint_ns, v.checkpoint_id FROM chosen v
  CROSS JOIN (SELECT DISTINCT checkpoint_ns FROM ${tables.checkpoints} WHERE thread_id = $1::text) o
  CROSS JOIN LATERAL (
    SELECT pg_catalog.min(checkpoint_id) AS id FROM ${tables.checkpoints}
    WHERE ${HERE} v.checkpoint_ns AND checkpoint_id > v.checkpoint_id
  ) later
  CROSS JOIN LATERAL (
    SELECT FROM ${tables.checkpoints} a
    WHERE ${HERE} o.checkpoint_ns AND checkpoint_id > v.checkpoint_id
      AND (later.id IS NULL OR checkpoint_id <= later.id)
      AND (a.checkpoint_ns, a.checkpoint_id) NOT IN (SELECT checkpoint_ns, checkpoint_id FROM chosen)
    LIMIT 1
  ) around
  WHERE v.checkpoint_ns <> '' AND ${encloses("o.checkpoint_ns", "v.checkpoint_ns")}
    AND ${isFewOf("v.checkpoint_ns")} AND ${isFewOf("v.checkpoint_id")}`;
}

/** The chosen checkpoint that holds a subgraph's state at the checkpoint `s`, one for each subgraph. */
const subgraphStates = (tables: Tables) => `SELECT n.checkpoint_ns, latest.checkpoint_id
    FROM chosen_namespace n CROSS JOIN LATERAL (
      SELECT checkpoint_id FROM ${tables.checkpoints}
      WHERE ${HERE} n.checkpoint_ns AND checkpoint_id < s.checkpoint_id
      ORDER BY checkpoint_id DESC LIMIT 1
    ) latest
    WHERE ${encloses("s.checkpoint_ns", "n.checkpoint_ns")}`;

/**
 * Removes those of the chosen checkpoints that no other one needs, their writes, and the values that
 * only they refer to.
 *
 * @param chosen a select of `checkpoint_ns` and `checkpoint_id`
 * @param keepUseful whether a checkpoint stays because it is of use itself: one that can be resumed,
 *   the state of a subgraph. Otherwise only those stay that others are rebuilt from.
 * @param act what to do with the rows, as `removedListed` takes it
 */
function remove(
  tables: Tables,
  chosen: string,
  keepUseful: boolean,
  act: "DELETE" | "SELECT",
): string {
  const useful = keepUseful
    ? reasons(tables)
    : `SELECT checkpoint_ns, checkpoint_id FROM child WHERE NOT chosen AND ${isFewOf("checkpoint_id")}`;
  const state = keepUseful ? `\n    UNION ALL\n    ${subgraphStates(tables)}` : "";
  const going = `SELECT g.checkpoint_ns, v.key AS channel, v.value AS version
  FROM going g CROSS JOIN LATERAL (
    SELECT checkpoint FROM ${tables.checkpoints}
    WHERE ${HERE} g.checkpoint_ns AND checkpoint_id = g.checkpoint_id OFFSET 0
  ) c CROSS JOIN LATERAL ${versionsOf("c.checkpoint")} v WHERE ${isFewOf("v.key")}`;
  return `WITH RECURSIVE ${chosen}, child AS MATERIALIZED (
  SELECT checkpoint_ns, checkpoint_id, parent_checkpoint_id,
    (checkpoint_ns, checkpoint_id) IN (SELECT checkpoint_ns, checkpoint_id FROM chosen) AS chosen
  FROM ${tables.checkpoints}
  WHERE thread_id = $1::text
    AND ((checkpoint_ns, parent_checkpoint_id) IN (SELECT checkpoint_ns, checkpoint_id FROM chosen)) IS TRUE
    AND ${isFewOf("parent_checkpoint_id")}
), chosen_namespace AS MATERIALIZED (
  SELECT DISTINCT checkpoint_ns FROM chosen
), stay AS (
  ${useful}
  UNION
  SELECT n.checkpoint_ns, n.checkpoint_id FROM stay s CROSS JOIN LATERAL (
    SELECT s.checkpoint_ns, p.checkpoint_id FROM (
    ${neededParent(tables, `${HERE} s.checkpoint_ns`, "s.checkpoint_id")}
    ) p${state}
  ) n
), going AS MATERIALIZED (
  SELECT checkpoint_ns, checkpoint_id FROM chosen
  EXCEPT
  SELECT checkpoint_ns, checkpoint_id FROM stay
), unused AS MATERIALIZED (
  ${going} AND ${allHaveVersions(tables, "$1::text")}
  EXCEPT
  SELECT c.checkpoint_ns, v.key, v.value
  FROM ${tables.checkpoints} c CROSS JOIN LATERAL ${versionsOf("c.checkpoint")} v
  WHERE c.thread_id = $1::text AND ${isFewOf("v.key")}
    AND (c.checkpoint_ns, c.checkpoint_id) NOT IN (SELECT checkpoint_ns, checkpoint_id FROM going)
)${removedListed(tables, act)}`;
}

/** Removes checkpoints that were locked before: see `remove`. */
export function removeStatement(
  tables: Tables,
): (
  threadId: string,
  chosen: readonly { readonly namespace: string; readonly id: string }[],
  keepUseful: boolean,
) => Statement {
  const given = `chosen AS MATERIALIZED (
  SELECT * FROM unnest($2::text[], $3::text[]) AS v(checkpoint_ns, checkpoint_id)
)`;
  const useful = template(remove(tables, given, true, "DELETE"));
  const needed = template(remove(tables, given, false, "DELETE"));
  return (threadId, chosen, keepUseful) =>
    (keepUseful ? useful : needed)([
      threadId,
      chosen.map((row) => row.namespace),
      chosen.map((row) => row.id),
    ]);
}

/** Counts what a prune would remove, and changes nothing. */
export function dryPruneStatement(tables: Tables): (choice: Choice) => Statement {
  const all = `${boundaries(tables)}, chosen AS MATERIALIZED (
  SELECT b.checkpoint_ns, c.checkpoint_id FROM boundary b CROSS JOIN LATERAL (
    ${belowBoundary(tables)}
  ) c
)`;
  const bind = template(remove(tables, all, true, "SELECT"));
  return (choice) => bind(choiceValues(choice));
}
