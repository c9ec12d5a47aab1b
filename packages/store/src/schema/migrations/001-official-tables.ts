import type { StoreTables } from "../tables.js";

/**
 * The tables of LangGraph's own Postgres store, column by column, so that either can take over from the other
 * in place. The rows say that its migrations 0 to 3 are done: what they would create is here, or is not wanted.
 */
export const officialTables = ({ items, officialMigrations }: StoreTables): readonly string[] => [
  `CREATE TABLE IF NOT EXISTS ${officialMigrations} (
  v INTEGER PRIMARY KEY
)`,
  `CREATE TABLE IF NOT EXISTS ${items} (
  namespace_path TEXT NOT NULL,
  key TEXT NOT NULL,
  value JSONB NOT NULL,
  created_at TIMESTAMPTZ DEFAULT pg_catalog.now(),
  updated_at TIMESTAMPTZ DEFAULT pg_catalog.now(),
  expires_at TIMESTAMPTZ,
  PRIMARY KEY (namespace_path, key)
)`,
  `CREATE INDEX IF NOT EXISTS idx_store_value_gin ON ${items} USING gin (value)`,
  `CREATE INDEX IF NOT EXISTS idx_store_expires_at ON ${items} (expires_at) WHERE expires_at IS NOT NULL`,
  `INSERT INTO ${officialMigrations} (v) SELECT pg_catalog.generate_series(0, 3) ON CONFLICT DO NOTHING`,
];
