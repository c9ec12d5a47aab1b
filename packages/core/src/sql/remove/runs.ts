import type { Statement } from "../../driver/driver.js";
import { template } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { WITHOUT_JIT } from "../locks/maintenance-lock.js";

/**
 * Metadata key under which `put` stores the run of a checkpoint, beside LangGraph's own `run_id`: that
 * one, where it is there, makes LangGraph take a second call with it for a retry of the first.
 */
export const RUN_KEY = "waypost_run_id";

const ofRuns = (metadata: string, runs: string) =>
  `coalesce(${metadata} ->> 'run_id'::text, ${metadata} ->> '${RUN_KEY}'::text) = ANY (${runs}::text[])`;

/** The threads in which any of the runs stored a checkpoint. Reads the whole table: it has no such index. */
export function threadsOfRunsStatement(tables: Tables): (runIds: readonly string[]) => Statement {
  const bind = template(
    `SELECT DISTINCT thread_id AS thread FROM ${tables.checkpoints} WHERE ${ofRuns("metadata", "$1")}`,
  );
  return (runIds) => bind([runIds]);
}

/** Locks the runs' checkpoints in a thread, as `choosePrunedStatement` does, but waits for those in use. */
export function chooseRunsStatement(
  tables: Tables,
): (threadId: string, runIds: readonly string[]) => Statement {
  const bind = template(`WITH settings AS MATERIALIZED (
  SELECT ${WITHOUT_JIT} AS jit
)
SELECT c.checkpoint_ns AS namespace, c.checkpoint_id AS id
FROM settings CROSS JOIN LATERAL (
  SELECT checkpoint_ns, checkpoint_id FROM ${tables.checkpoints}
  WHERE thread_id = $1::text AND ${ofRuns("metadata", "$2")}
  ORDER BY checkpoint_ns, checkpoint_id FOR UPDATE
) c`);
  return (threadId, runIds) => bind([threadId, runIds]);
}
