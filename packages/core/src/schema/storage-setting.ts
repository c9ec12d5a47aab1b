import type { Statement } from "../driver/driver.js";
import { template } from "../driver/template.js";
import type { Tables } from "./identifiers.js";

/**
 * How values are stored: `"incremental"`, each version as what it adds to the version before, or `"full"`,
 * each version with all of its bytes. A saver reads both.
 */
export type Storage = "incremental" | "full";

/** A condition: values may be stored incrementally. `shared` is what migration 5 renames. */
export const isIncremental = (tables: Tables) =>
  `EXISTS (SELECT true FROM ${tables.settings} WHERE name = 'storage' AND value IN ('incremental', 'shared'))`;

/** Reads how the database stores values, for all savers alike. */
export function getStorageStatement(tables: Tables): () => Statement {
  const bind =
    template(`SELECT CASE WHEN value IN ('incremental', 'shared') THEN 'incremental' ELSE 'full' END AS storage
FROM ${tables.settings} WHERE name = 'storage'`);
  return () => bind([]);
}

/** Sets it. */
export function setStorageStatement(tables: Tables): (storage: Storage) => Statement {
  const bind = template(`INSERT INTO ${tables.settings} (name, value) VALUES ('storage', $1::text)
ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value`);
  return (storage) => bind([storage]);
}
