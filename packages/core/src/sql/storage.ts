import type { Statement } from "../driver.js";
import type { Tables } from "../schema/identifiers.js";
import { template } from "./template.js";

/** How values are stored; both forms are always readable, side by side. */
export type Storage = "shared" | "whole";

/** A condition: values may share parts. */
export const isShared = (tables: Tables) =>
  `EXISTS (SELECT FROM ${tables.settings} WHERE name = 'storage' AND value = 'shared')`;

/** @param value a placeholder or literal */
export const setStorage = (tables: Tables, value: string): string =>
  `INSERT INTO ${tables.settings} (name, value) VALUES ('storage', ${value})
ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value`;

/** Reads and sets how the database stores values, for all savers alike. */
export function storageStatements(tables: Tables) {
  const get = template(`SELECT value AS storage FROM ${tables.settings} WHERE name = 'storage'`);
  const set = template(setStorage(tables, "$1::text"));
  return {
    get: (): Statement => get([]),
    set: (storage: Storage): Statement => set([storage]),
  };
}
