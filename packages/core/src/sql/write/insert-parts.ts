import { valueRows, widthOf } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import type { Part, Placed } from "../../sharing/placement.js";
import { cte, materialized, sql } from "../text.js";
import type { RowSource } from "./row-source.js";

/** Parts in the order in which a statement stores them. */
export interface PartGroups<P> {
  /** Those that continue a stream at its end, or begin one. */
  readonly first: readonly P[];
  readonly rest: readonly P[];
}

/** @param parts those of all streams that `ends` names, in any order */
export function groupParts<P extends Pick<Part, "position">>(
  parts: readonly P[],
  ends: Placed["ends"],
): PartGroups<P> {
  const stops = new Set(ends.map(({ stop }) => stop));
  return {
    // All writers in one order, so that no two can wait for each other.
    first: parts
      .filter(({ position }) => stops.has(position))
      .sort((a, b) => a.position - b.position),
    rest: parts.filter(({ position }) => !stops.has(position)),
  };
}

/** Relations of an insert of parts. */
interface Claim {
  /** Has a row where the parts are to be inserted. */
  readonly ready: string;
  /** The name of the CTE that has one where all were. */
  readonly claimed: string;
}

/**
 * CTEs that insert parts where `ready` has a row; `claimed` has one where all were inserted.
 *
 * Whoever else continues a stream at the same time begins at the same position, so that one of them
 * inserts its first part there. The others must then insert none of theirs: what came behind it would lie
 * among the parts that the first adds next. Nothing can be behind a first part, so a conflict there is an
 * error.
 *
 * @param columns types of position and bytes
 * @param rowsIf makes the source of rows of which there are none where a relation has none
 */
export function insertParts(
  tables: Tables,
  { first, rest }: { readonly first: number; readonly rest: number },
  columns: readonly [string, string],
  firstPlaceholder: number,
  { ready, claimed }: Claim,
  rowsIf: (relation: string) => RowSource,
): readonly string[] {
  const types = [`${columns[0]}::bigint`, columns[1]];
  const insert = (from: string, rows: number, placeholder: number) =>
    sql`INSERT INTO ${tables.parts} (thread_id, position, bytes)
${rowsIf(from)((thread) => valueRows(tables.bytes, thread, types, rows, placeholder))}`;
  if (first === 0) return [materialized(claimed, `SELECT true AS found FROM ${ready}`)];
  const behind = firstPlaceholder + first * widthOf(columns);
  return [
    cte(
      "first",
      `${insert(ready, first, firstPlaceholder)}\nON CONFLICT DO NOTHING RETURNING true`,
    ),
    materialized(
      claimed,
      `SELECT true AS found FROM ${ready} WHERE (SELECT pg_catalog.count(*) FROM first) = ${first}`,
    ),
    ...(rest === 0 ? [] : [cte("rest", insert(claimed, rest, behind))]),
  ];
}
