import type { Statement } from "../driver/driver.js";
import { template } from "../driver/template.js";
import type { Tables } from "./identifiers.js";

/** How values are stored; both forms are always readable, side by side. */
export type Storage = "shared" | "whole";

/** A condition: values may share parts. */
export const isShared = (tables: Tables) =>
  `EXISTS (SELECT FROM ${tables.settings} WHERE name = 'storage' AND value = 'shared')`;

/** Reads and sets how the database stores values, for all savers alike. */
export function storageStatements(tables: Tables) {
  const get = template(`SELECT value AS storage FROM ${tables.settings} WHERE name = 'storage'`);
  const set = template(`INSERT INTO ${tables.settings} (name, value) VALUES ('storage', $1::text)
ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value`);
  return {
    get: (): Statement => get([]),
    set: (storage: Storage): Statement => set([storage]),
  };
}
