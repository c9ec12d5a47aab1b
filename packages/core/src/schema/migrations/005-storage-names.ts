import type { Tables } from "../identifiers.js";

/** The setting `storage` was called `shared` or `whole` before. */
export const storageNames = (tables: Tables): readonly string[] => [
  `UPDATE ${tables.settings} SET value = CASE value WHEN 'shared' THEN 'incremental' ELSE 'full' END
WHERE name = 'storage' AND value IN ('shared', 'whole')`,
];
