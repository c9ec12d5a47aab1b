import { cte, sql } from "@waypost/core/adapter";
import type { Put } from "../input/operations.js";
import type { StoreTables } from "../schema/tables.js";
import type { Bindings } from "./bindings.js";

/** Vectors of the texts of a batch, as pgvector reads them. */
export interface VectorWrites {
  /** The schema of pgvector, quoted. */
  readonly extension: string;
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Queries of a WITH clause that put the vectors of items in place of those that they had. After the items: a row of
 * those is locked first.
 */
export function vectorQueries(
  { vectors }: StoreTables,
  puts: readonly Put[],
  { extension, texts }: VectorWrites,
  bindings: Bindings,
): string[] {
  const rows = puts.flatMap(({ path, key, texts: fields }) =>
    fields.map(([field, text]) => [path, key, field, text, texts.get(text)]),
  );
  const written = "(SELECT pg_catalog.count(*) FROM written) >= 0::bigint";
  const input = sql`SELECT i.item ->> 0 AS path, i.item ->> 1 AS key, i.item ->> 2 AS field, i.item ->> 3 AS content, i.item ->> 4 AS embedding
FROM pg_catalog.jsonb_array_elements(${bindings.add(JSON.stringify(rows), "jsonb")}) AS i (item)`;
  const removed = sql`DELETE FROM ${vectors} v USING puts p
WHERE v.namespace_path = p.path AND v.key = p.key AND ${written} AND NOT EXISTS (
  SELECT FROM new_vectors n WHERE n.path = v.namespace_path AND n.key = v.key AND n.field = v.field_path
)`;
  const put = sql`INSERT INTO ${vectors} (namespace_path, key, field_path, text_content, embedding)
SELECT n.path, n.key, n.field, n.content, n.embedding::${extension}.vector
FROM new_vectors n
WHERE ${written}
ON CONFLICT (namespace_path, key, field_path) DO UPDATE SET
  text_content = EXCLUDED.text_content,
  embedding = EXCLUDED.embedding`;
  return [cte("new_vectors", input), cte("removed_vectors", removed), cte("put_vectors", put)];
}
