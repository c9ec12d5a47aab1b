import { materialized, type Statement, sql, template, withAll } from "@waypost/core/adapter";
import { NO_FILTER } from "../input/filter.js";
import type { ItemKey, List, Search } from "../input/operations.js";
import type { StoreTables } from "../schema/tables.js";
import { Bindings } from "./bindings.js";
import { getQuery } from "./get.js";
import { listQuery } from "./list-namespaces.js";
import type { RankContext, VectorSearch } from "./rank.js";
import { refreshQueries } from "./refresh.js";
import { searchQuery } from "./search.js";
import { type Writes, writeQueries } from "./write.js";
import { type VectorWrites, vectorQueries } from "./write-vectors.js";

/** All that a batch does, each read and each write once. */
export interface Batch extends Writes {
  readonly gets: readonly ItemKey[];
  readonly searches: readonly Search[];
  readonly lists: readonly List[];
  /** Whether gets begin the time to live of items anew. */
  readonly refreshGets: boolean;
  readonly defaultTtl: number | null;
}

/** How a store ranks, and what it has embedded for a batch. */
export interface Ranking {
  /** The text search configuration. */
  readonly language: string;
  /** Undefined where no search asks for vectors. */
  readonly searched?: VectorSearch | undefined;
  /** Undefined where nothing is put, or the store makes no vectors. */
  readonly written?: VectorWrites | undefined;
}

/** A row of a read; an item, or a namespace without the rest. */
export interface BatchRow {
  readonly kind: "get" | "search" | "list";
  /** Which of the reads of this kind it belongs to. */
  readonly op: number;
  /** Its place among their rows. */
  readonly position: number;
  readonly namespace: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly created: string | null;
  readonly updated: string | null;
  readonly score: string | null;
}

/** Texts for more reads than this are rare and large. */
const MAX_PREPARED_READS = 2;

/**
 * One statement for the whole batch: reads see what was there before its writes, as all of it has one snapshot, and
 * writes are done together or not at all.
 */
export function batchStatement(
  tables: StoreTables,
  batch: Batch,
  { language, searched, written: vectors }: Ranking,
): Statement {
  const bindings = new Bindings();
  const context = { tables, language, vectors: searched };
  const reads = readQueries(context, batch, bindings);
  const queries = writeQueries(tables, batch, bindings);
  if (vectors !== undefined) queries.push(...vectorQueries(tables, batch.puts, vectors, bindings));
  const refreshes = batch.refreshGets || batch.searches.some(({ refresh }) => refresh);
  const found = reads.length === 0 ? "SELECT WHERE false" : reads.join("\nUNION ALL\n");
  if (!refreshes || reads.length === 0) return statement(withAll(queries, found), batch, bindings);
  const written = [
    ...(batch.puts.length > 0 ? (["puts"] as const) : []),
    ...(batch.deletes.length > 0 ? (["deletes"] as const) : []),
  ];
  const all = [
    ...queries,
    materialized("found", found),
    ...refreshQueries(tables, batch.defaultTtl, written, bindings),
  ];
  return statement(withAll(all, "SELECT f.* FROM found f"), batch, bindings);
}

function readQueries(context: RankContext, batch: Batch, bindings: Bindings): string[] {
  const { tables } = context;
  const { gets, searches, lists, refreshGets } = batch;
  return [
    ...(gets.length > 0 ? [getQuery(tables, gets, refreshGets, bindings)] : []),
    ...searches.map((search, i) => searchQuery(context, search, i, bindings)),
    ...lists.map((list, i) => listQuery(tables, list, i, bindings)),
  ].map(
    (query) => sql`(
  ${query}
)`,
  );
}

/** Searches with a filter or a query are planned each time: which index is best depends on the values. */
function statement(text: string, { searches, lists }: Batch, { values }: Bindings): Statement {
  const isFixed =
    searches.length + lists.length <= MAX_PREPARED_READS &&
    searches.every(({ filter, rank }) => filter === NO_FILTER && rank === undefined);
  return isFixed ? template(text)(values) : { text, values, name: "" };
}
