import { cte, materialized, quoteLiteral, sql, withAll } from "@waypost/core/adapter";
import type { DistanceMetric } from "../input/index-options.js";
import type { Rank } from "../input/rank.js";
import type { StoreTables } from "../schema/tables.js";
import type { Bindings } from "./bindings.js";

/** What vectors are compared with, and how. */
export interface VectorSearch {
  /** The schema of pgvector, quoted. */
  readonly extension: string;
  readonly metric: DistanceMetric;
  /** Vectors of queries, as pgvector reads them. */
  readonly queries: ReadonlyMap<string, string>;
}

export interface RankContext {
  readonly tables: StoreTables;
  /** The text search configuration. */
  readonly language: string;
  /** Undefined where no search needs it. */
  readonly vectors: VectorSearch | undefined;
}

const OPERATORS: Readonly<Record<DistanceMetric, string>> = {
  cosine: "<=>",
  l2: "<->",
  inner_product: "<#>",
};

/** Higher is better, as LangGraph has it; `<#>` is the inner product with its sign changed. */
const SCORES: Readonly<Record<DistanceMetric, (distance: string) => string>> = {
  // Of a vector of zeros there is no angle; LangGraph's score of it is 0.
  cosine: (distance) => `coalesce(1::float8 - nullif(${distance}, 'NaN'::float8), 0::float8)`,
  l2: (distance) => `1::float8 / (1::float8 + ${distance})`,
  inner_product: (distance) => `0::float8 - ${distance}`,
};

/** How many more vectors than items are looked at first: an item may have several. */
const VECTORS_PER_ITEM = 4;

/**
 * Items of which `score` says how well they fit.
 *
 * @param end binds the number of items that are wanted
 * @param where a condition on `s`, an item
 */
export function rankedQuery(
  context: RankContext,
  rank: Rank,
  { end, where }: { end: () => string; where: string },
  bindings: Bindings,
): string {
  const { tables, language } = context;
  if (rank.mode === "vector") {
    return nearest(tables, vectorsOf(context, rank, bindings), end(), where);
  }
  const words = wordsOf(language, rank, bindings);
  if (rank.mode === "text") {
    return sql`SELECT s.*, ${words.rank} AS score FROM ${tables.items} s
WHERE ${where} AND ${words.matches}`;
  }
  const vectors = vectorsOf(context, rank, bindings);
  const weight = bindings.add(String(rank.vectorWeight), "float8");
  return sql`SELECT s.*,
  ${weight} * coalesce(${vectors.score("n.distance")}, 0::float8) + (1::float8 - ${weight}) * ${words.rank} AS score
FROM ${tables.items} s
LEFT JOIN LATERAL (
  SELECT pg_catalog.min(${vectors.distance}) AS distance FROM ${tables.vectors} v
  WHERE v.namespace_path = s.namespace_path AND v.key = s.key
) n ON true
WHERE ${where} AND (n.distance IS NOT NULL OR ${words.matches})`;
}

function wordsOf(language: string, { query }: Rank, bindings: Bindings) {
  // A literal, so that an index over this expression is found.
  const configuration = `${quoteLiteral(language)}::pg_catalog.regconfig`;
  const document = `pg_catalog.jsonb_to_tsvector(${configuration}, s.value, '["string", "numeric", "boolean"]'::jsonb)`;
  const wanted = `pg_catalog.plainto_tsquery(${configuration}, ${bindings.add(query, "text")})`;
  return {
    matches: `${document} @@ ${wanted}`,
    rank: `pg_catalog.ts_rank(${document}, ${wanted})::float8`,
  };
}

interface VectorTerms {
  /** Of `v` from the query. */
  readonly distance: string;
  score(distance: string): string;
}

function vectorsOf({ vectors }: RankContext, { query }: Rank, bindings: Bindings): VectorTerms {
  const { extension, metric, queries } = vectors as VectorSearch;
  const wanted = bindings.add(queries.get(query) ?? null, "text");
  const operator = `OPERATOR(${extension}.${OPERATORS[metric]})`;
  return {
    distance: `(v.embedding ${operator} ${wanted}::${extension}.vector)`,
    score: SCORES[metric],
  };
}

/**
 * By the index of vectors as many as should do; where these are of fewer items than are wanted, which is so where an
 * item has many or few lie within the namespace, all are compared.
 */
function nearest(
  { items, vectors }: StoreTables,
  { distance, score }: VectorTerms,
  end: string,
  where: string,
): string {
  const from = sql`FROM ${vectors} v
JOIN ${items} s ON s.namespace_path = v.namespace_path AND s.key = v.key
WHERE ${where}`;
  const near = sql`SELECT v.namespace_path, v.key, ${distance} AS distance
${from}
ORDER BY ${distance} LIMIT ${end} * ${VECTORS_PER_ITEM}::bigint`;
  const ofItems = `SELECT n.namespace_path, n.key, pg_catalog.min(n.distance) AS distance FROM near n GROUP BY 1, 2`;
  const all = sql`SELECT v.namespace_path, v.key, pg_catalog.min(${distance}) AS distance
${from}
GROUP BY 1, 2`;
  const found = sql`SELECT s.*, ${score("b.distance")} AS score
FROM (
  SELECT n.* FROM near_items n WHERE (SELECT pg_catalog.count(*) FROM near_items) >= ${end}
  UNION ALL
  SELECT a.* FROM (
    ${all}
  ) a WHERE (SELECT pg_catalog.count(*) FROM near_items) < ${end}
) b
JOIN ${items} s ON s.namespace_path = b.namespace_path AND s.key = b.key`;
  return withAll([materialized("near", near), cte("near_items", ofItems)], found);
}
