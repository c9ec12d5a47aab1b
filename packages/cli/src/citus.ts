import type { Session } from "./session.ts";

/** How the tables are spread over a Citus cluster. */
export interface Cluster {
  readonly version: string;
  /** Those of ours that are not distributed, nor on every node. */
  readonly missing: readonly string[];
  /** Those whose rows from before still take space on this server. */
  readonly leftBehind: readonly string[];
}

/** Undefined where the server is none of a cluster, or no table is spread over it. */
export async function clusterOf(
  session: Session,
  tables: readonly string[],
): Promise<Cluster | undefined> {
  const [citus] = await session.rows<{ version: string }>(
    "SELECT extversion AS version FROM pg_catalog.pg_extension WHERE extname = 'citus'",
  );
  if (citus === undefined) return undefined;
  const rows = await session.rows<{ name: string; spread: boolean; left: boolean }>(
    `SELECT c.relname AS name, d.logicalrelid IS NOT NULL AS spread,
       pg_catalog.pg_relation_size(c.oid) > 0 AS left
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_catalog.pg_dist_partition d ON d.logicalrelid = c.oid
     WHERE n.nspname = $1 AND c.relname = ANY ($2) ORDER BY c.relname`,
    [session.schema, tables],
  );
  const spread = rows.filter((row) => row.spread);
  if (spread.length === 0) return undefined;
  const names = (some: typeof rows) => some.map(({ name }) => name);
  return {
    version: citus.version,
    missing: names(rows.filter((row) => !row.spread)),
    leftBehind: names(spread.filter(({ left }) => left)),
  };
}
