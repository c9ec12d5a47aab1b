import type { Tables } from "../../schema/identifiers.js";

/** Placeholders of what metadata must contain, and of its keys. */
export interface FilterText {
  readonly json: string;
  readonly keys: string;
}

/**
 * The threads of which any checkpoint ever matched. It reads the whole table, but where the metadata has an index.
 * Only some of them match now.
 */
export const threadsThatMatched = (tables: Tables, json: string): string =>
  `SELECT thread_id FROM ${tables.checkpoints} WHERE metadata @> ${json}`;

/**
 * Whether the newest checkpoint that has the filter's keys matches: not every step has what its thread was begun
 * with, and it can change. The planner takes a function for true of every third row, hence reads backwards from the
 * newest; of `?&` it expects one row in a hundred, and would sort all checkpoints of the thread. Citus takes no
 * LIMIT there.
 *
 * @param thread relation with its thread_id and checkpoint_ns
 */
export function matchesNow(
  tables: Tables,
  thread: string,
  { json, keys }: FilterText,
  onNodes: boolean,
): string {
  const matches = `metadata @> ${json}`;
  const [newest, end] = onNodes
    ? [`(pg_catalog.array_agg(${matches} ORDER BY checkpoint_id DESC))[1]`, ""]
    : [matches, "\nORDER BY checkpoint_id DESC LIMIT 1"];
  return `SELECT ${newest} AS matches FROM ${tables.checkpoints}
WHERE thread_id = ${thread}.thread_id AND checkpoint_ns = ${thread}.checkpoint_ns
  AND pg_catalog.jsonb_exists_all(metadata, ${keys})${end}`;
}
