import type { Statement } from "../driver/driver.js";
import { template } from "../driver/template.js";
import type { Tables } from "./identifiers.js";

/** How values are stored; both forms are always readable, side by side. */
export type Storage = "shared" | "whole";

/** A condition: values may share parts. */
export const isShared = (tables: Tables) =>
  `EXISTS (SELECT FROM ${tables.settings} WHERE name = 'storage' AND value = 'shared')`;

/** Reads how the database stores values, for all savers alike. */
export function getStorageStatement(tables: Tables): () => Statement {
  const bind = template(`SELECT value AS storage FROM ${tables.settings} WHERE name = 'storage'`);
  return () => bind([]);
}

/** Sets it. */
export function setStorageStatement(tables: Tables): (storage: Storage) => Statement {
  const bind = template(`INSERT INTO ${tables.settings} (name, value) VALUES ('storage', $1::text)
ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value`);
  return (storage) => bind([storage]);
}
