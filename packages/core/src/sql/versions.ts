import type { Tables } from "../schema/identifiers.js";

/** Whether a checkpoint has versions as every saver stores them: a JSON object. */
export const hasVersions = (checkpoint: string): string =>
  `pg_catalog.jsonb_typeof(${checkpoint} -> 'channel_versions'::text) = 'object'`;

/**
 * The channels of a checkpoint and their versions, as rows of `key` and `value`; none of a damaged one, which
 * would otherwise end the statement for all threads.
 */
export const versionsOf = (checkpoint: string): string =>
  `pg_catalog.jsonb_each_text(CASE WHEN ${hasVersions(checkpoint)} THEN ${checkpoint} -> 'channel_versions'::text END)`;

/** Whether all checkpoints of a thread say which values they need. If one does not, it may need any. */
export const allHaveVersions = (tables: Tables, thread: string): string =>
  `NOT EXISTS (SELECT true AS found FROM ${tables.checkpoints} WHERE thread_id = ${thread} AND ${hasVersions("checkpoint")} IS NOT TRUE)`;
