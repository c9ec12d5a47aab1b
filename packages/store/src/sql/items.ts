/**
 * The time that counts in a statement. Not that of the transaction, which may have begun long before where
 * it is the caller's.
 */
export const NOW = "pg_catalog.statement_timestamp()";

/** Whether an item of this alias is not expired; it may not have been swept. */
export const isLive = (item: string): string =>
  `(${item}.expires_at IS NULL OR ${item}.expires_at > ${NOW})`;

/** The columns of an item as rows of a read have them; times in milliseconds since 1970. */
export const itemColumns = (item: string): string => `${item}.namespace_path AS namespace,
${item}.key,
${item}.value::text AS value,
${milliseconds(`${item}.created_at`)} AS created,
${milliseconds(`${item}.updated_at`)} AS updated`;

/** Columns in place of those, where a row is no item. */
export const NO_ITEM = `NULL::text AS key,
NULL::text AS value,
NULL::text AS created,
NULL::text AS updated,
NULL::text AS score`;

const milliseconds = (time: string) =>
  `pg_catalog.floor(EXTRACT(epoch FROM ${time}) * 1000::numeric)::text`;
