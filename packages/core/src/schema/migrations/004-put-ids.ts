import type { Tables } from "../identifiers.js";

/**
 * Which `put` stored a value: a number that it made at random. Rows with the same key and the same number
 * hold the same value; where it is null, as other savers leave it, nobody knows.
 */
export const putIds = (tables: Tables): readonly string[] => [
  `ALTER TABLE ${tables.blobs} ADD COLUMN IF NOT EXISTS put_id BIGINT`,
];
