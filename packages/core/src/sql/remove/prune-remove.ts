import type { Statement } from "../../driver/driver.js";
import { template, templateByShape } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { isFewOf } from "../planner.js";
import { cte, materialized, sql } from "../text.js";
import { allHaveVersions, versionsOf } from "../versions.js";
import {
  belowBoundary,
  boundaries,
  type Choice,
  type ChosenRow,
  choiceValues,
} from "./prune-choose.js";
import { neededParent } from "./prune-needs.js";
import { type Act, removedListed } from "./removed.js";

const HERE = "thread_id = $1::text AND checkpoint_ns =";

/** Whether namespace `inner` lies within `outer`: `""` holds all, `a` holds `a|b`. */
const encloses = (outer: string, inner: string) =>
  `(${outer} = '' AND ${inner} <> '' OR pg_catalog.starts_with(${inner}, ${outer} || '|'))`;

/** Relations of a removal. */
interface Chosen {
  readonly chosen: string;
  /** The children of chosen checkpoints; their column `chosen` says whether they are chosen too. */
  readonly children: string;
  /** The namespaces of the chosen checkpoints. */
  readonly namespaces: string;
}

const keptByChild = (children: string) =>
  `SELECT checkpoint_ns, checkpoint_id FROM ${children} WHERE NOT chosen AND ${isFewOf("checkpoint_id")}`;

/**
 * Why a chosen checkpoint stays, or that another one stays that may need it:
 *
 * - A child that was not chosen, and so may be rebuilt through its parent.
 * - A tip of a branch that has writes: an open interrupt, or a run that can be resumed.
 * - The state of a subgraph at a checkpoint of the graph around it that stays: the latest before it.
 */
const reasons = (tables: Tables, { chosen, children }: Chosen) => `${keptByChild(children)}
UNION ALL
SELECT v.checkpoint_ns, v.checkpoint_id FROM ${chosen} v CROSS JOIN LATERAL (
  SELECT true AS found FROM ${tables.writes}
  WHERE ${HERE} v.checkpoint_ns AND checkpoint_id = v.checkpoint_id LIMIT 1
) w
WHERE (v.checkpoint_ns, v.checkpoint_id) NOT IN (SELECT checkpoint_ns, parent_checkpoint_id FROM ${children})
  AND ${isFewOf("v.checkpoint_ns")} AND ${isFewOf("v.checkpoint_id")}
UNION ALL
SELECT v.checkpoint_ns, v.checkpoint_id FROM ${chosen} v
CROSS JOIN (SELECT DISTINCT checkpoint_ns FROM ${tables.checkpoints} WHERE thread_id = $1::text) o
CROSS JOIN LATERAL (
  SELECT pg_catalog.min(checkpoint_id) AS id FROM ${tables.checkpoints}
  WHERE ${HERE} v.checkpoint_ns AND checkpoint_id > v.checkpoint_id
) later
CROSS JOIN LATERAL (
  SELECT true AS found FROM ${tables.checkpoints} a
  WHERE ${HERE} o.checkpoint_ns AND checkpoint_id > v.checkpoint_id
    AND (later.id IS NULL OR checkpoint_id <= later.id)
    AND (a.checkpoint_ns, a.checkpoint_id) NOT IN (SELECT checkpoint_ns, checkpoint_id FROM ${chosen})
  LIMIT 1
) around
WHERE v.checkpoint_ns <> '' AND ${encloses("o.checkpoint_ns", "v.checkpoint_ns")}
  AND ${isFewOf("v.checkpoint_ns")} AND ${isFewOf("v.checkpoint_id")}`;

/** The chosen checkpoint that holds a subgraph's state at another checkpoint, one for each subgraph. */
const subgraphStates = (tables: Tables, namespaces: string, checkpoint: string) =>
  `SELECT n.checkpoint_ns, latest.checkpoint_id
FROM ${namespaces} n CROSS JOIN LATERAL (
  SELECT checkpoint_id FROM ${tables.checkpoints}
  WHERE ${HERE} n.checkpoint_ns AND checkpoint_id < ${checkpoint}.checkpoint_id
  ORDER BY checkpoint_id DESC LIMIT 1
) latest
WHERE ${encloses(`${checkpoint}.checkpoint_ns`, "n.checkpoint_ns")}`;

/** The sub-select is hashed, where a join without statistics could compare each with each. */
const childrenOf = (tables: Tables, chosen: string) =>
  `SELECT checkpoint_ns, checkpoint_id, parent_checkpoint_id,
  (checkpoint_ns, checkpoint_id) IN (SELECT checkpoint_ns, checkpoint_id FROM ${chosen}) AS chosen
FROM ${tables.checkpoints}
WHERE thread_id = $1::text AND ${isFewOf("parent_checkpoint_id")}
  AND ((checkpoint_ns, parent_checkpoint_id) IN (SELECT checkpoint_ns, checkpoint_id FROM ${chosen})) IS TRUE`;

/**
 * The checkpoints that stay, and all that these need in turn.
 *
 * @param stay the name of this query
 */
function staying(tables: Tables, names: Chosen, stay: string, keepUseful: boolean): string {
  const useful = keepUseful ? reasons(tables, names) : keptByChild(names.children);
  const state = keepUseful ? `\nUNION ALL\n${subgraphStates(tables, names.namespaces, "s")}` : "";
  return sql`${useful}
UNION
SELECT n.checkpoint_ns, n.checkpoint_id FROM ${stay} s CROSS JOIN LATERAL (
  SELECT s.checkpoint_ns, p.checkpoint_id FROM (
    ${neededParent(tables, `${HERE} s.checkpoint_ns`, "s.checkpoint_id")}
  ) p${state}
) n`;
}

/** The values that only checkpoints which go refer to. */
const unusedBy = (tables: Tables, going: string) =>
  `SELECT g.checkpoint_ns, v.key AS channel, v.value AS version
FROM ${going} g CROSS JOIN LATERAL (
  SELECT checkpoint FROM ${tables.checkpoints}
  WHERE ${HERE} g.checkpoint_ns AND checkpoint_id = g.checkpoint_id OFFSET 0
) c CROSS JOIN LATERAL ${versionsOf("c.checkpoint")} v
WHERE ${isFewOf("v.key")} AND ${allHaveVersions(tables, "$1::text")}
EXCEPT
SELECT c.checkpoint_ns, v.key, v.value
FROM ${tables.checkpoints} c CROSS JOIN LATERAL ${versionsOf("c.checkpoint")} v
WHERE c.thread_id = $1::text AND ${isFewOf("v.key")}
  AND (c.checkpoint_ns, c.checkpoint_id) NOT IN (SELECT checkpoint_ns, checkpoint_id FROM ${going})`;

/**
 * Removes those of the chosen checkpoints that no other one needs, their writes, and the values that
 * only they refer to.
 *
 * @param choice CTEs, the last of which is `chosen`, with checkpoint_ns and checkpoint_id
 * @param keepUseful whether a checkpoint stays because it is of use itself: one that can be resumed,
 *   the state of a subgraph. Otherwise only those stay that others are rebuilt from.
 */
function remove(
  tables: Tables,
  choice: readonly string[],
  chosen: string,
  keepUseful: boolean,
  act: Act,
): string {
  const names = { chosen, children: "child", namespaces: "chosen_namespace" };
  const lists = { chosen, going: "going", unused: "unused" };
  const ctes = [
    ...choice,
    materialized(names.children, childrenOf(tables, chosen)),
    materialized(names.namespaces, `SELECT DISTINCT checkpoint_ns FROM ${chosen}`),
    cte("stay", staying(tables, names, "stay", keepUseful)),
    materialized(
      lists.going,
      `SELECT checkpoint_ns, checkpoint_id FROM ${chosen}
EXCEPT
SELECT checkpoint_ns, checkpoint_id FROM stay`,
    ),
    materialized(lists.unused, unusedBy(tables, lists.going)),
  ];
  return `WITH RECURSIVE ${ctes.join(", ")}, ${removedListed(tables, act, lists)}`;
}

/** Removes checkpoints that were locked before: see `remove`. */
export function removeChosenStatement(
  tables: Tables,
): (
  threadId: string,
  chosen: readonly ChosenRow[],
  keepUseful: boolean,
  act: Exclude<Act, "SELECT">,
) => Statement {
  const given = materialized(
    "chosen",
    "SELECT * FROM unnest($2::text[], $3::text[]) AS v(checkpoint_ns, checkpoint_id)",
  );
  const templateFor = templateByShape((keepUseful: boolean, act: Act) =>
    remove(tables, [given], "chosen", keepUseful, act),
  );
  return (threadId, chosen, keepUseful, act) =>
    templateFor(
      keepUseful,
      act,
    )([threadId, chosen.map((row) => row.namespace), chosen.map((row) => row.id)]);
}

/** Counts what a prune would remove, and changes nothing. */
export function countPrunedStatement(tables: Tables): (choice: Choice) => Statement {
  const all = sql`SELECT b.checkpoint_ns, c.checkpoint_id FROM boundary b CROSS JOIN LATERAL (
  ${belowBoundary(tables, "b")}
) c`;
  const choice = [...boundaries(tables, "boundary"), materialized("chosen", all)];
  const bind = template(remove(tables, choice, "chosen", true, "SELECT"));
  return (choice) => bind(choiceValues(choice));
}
