import type { RunnableConfig } from "@langchain/core/runnables";
import { type CheckpointMetadata, EXCLUDED_METADATA_KEYS } from "@langchain/langgraph-checkpoint";
import { isStorable } from "../serializer/json.js";
import { RUN_KEY } from "../sql/remove/runs.js";

/** Metadata key under which the keys are stored that the caller passed. */
const RUN_KEYS = "waypost_run_keys";

/** What LangGraph reads of stored metadata, beside `source` and `step`, which it always gives itself. */
const LANGGRAPHS = ["parents", "counters_since_delta_snapshot", "delta_writes_versioned"];

/** What LangGraph adds to a config or to metadata, and the run, which is stored under a key of its own. */
const RESERVED: ReadonlySet<string> = new Set([
  ...EXCLUDED_METADATA_KEYS,
  ...[...LANGGRAPHS, "ls_integration", "task_id", "run_id", "runId", RUN_KEY, RUN_KEYS],
]);

/** As LangGraph's Python leaves such keys of `configurable` out of metadata (`_OMIT` in `_internal/_config.py`). */
const SECRET = /key|token|secret|password|auth/i;

type Stored = CheckpointMetadata & { [RUN_KEY]?: unknown; [RUN_KEYS]?: unknown };
type Entry = readonly [key: string, value: unknown];

/**
 * The metadata to store: with what the caller passed to the run, as Python's saver does
 * (`get_checkpoint_metadata`), so that its checkpoints can be found and deleted by it. Strings, numbers and booleans
 * are taken as they are. All else is left out: it need not be meant for the database, and must not end the run.
 */
export function withRunMetadata(metadata: CheckpointMetadata, config: RunnableConfig): object {
  const own = ownOf(metadata, config);
  const ofRun = Object.fromEntries(passedTo(config).filter(([key]) => !Object.hasOwn(own, key)));
  const keys = Object.keys(ofRun);
  const run = runOf(config);
  return {
    ...ofRun,
    ...own,
    ...(keys.length > 0 && { [RUN_KEYS]: keys }),
    ...(run !== undefined && { [RUN_KEY]: run }),
  };
}

/** Stored metadata as it was passed to `put`, which is all that graphs and their savers are to see. */
export function withoutRunMetadata(stored: unknown): CheckpointMetadata {
  const keys = (stored as Stored)[RUN_KEYS];
  const ofRun = new Set(Array.isArray(keys) ? keys : []);
  const own = Object.entries(withoutMarks(stored)).filter(([key]) => !ofRun.has(key));
  return Object.fromEntries(own) as CheckpointMetadata;
}

/** Stored metadata with that of the run. */
export function withoutMarks(stored: unknown): CheckpointMetadata {
  const { [RUN_KEY]: _, [RUN_KEYS]: __, ...metadata } = stored as Stored;
  return metadata;
}

/** What the caller passed that is stored. */
function passedTo({ configurable, metadata }: RunnableConfig): Entry[] {
  const keys = entriesOf(configurable);
  const secrets = new Set(keys.map(([key]) => key).filter((key) => SECRET.test(key)));
  return [...keys, ...entriesOf(metadata)].filter(([key, value]) => {
    const isReserved = secrets.has(key) || RESERVED.has(key) || key.startsWith("__");
    return !isReserved && isPlain(key, value);
  });
}

/** LangGraph's own metadata. Where `updateState` ends a run, it holds what the caller passed, too. */
function ownOf(metadata: CheckpointMetadata, { metadata: passed }: RunnableConfig): object {
  const given = new Map(entriesOf(passed));
  const own = Object.entries(metadata).filter(([key, value]) => {
    const isOfCaller = given.has(key) && given.get(key) === value && !LANGGRAPHS.includes(key);
    return !isOfCaller || isPlain(key, value);
  });
  return Object.fromEntries(own);
}

function runOf({ metadata, configurable, runId }: RunnableConfig): string | undefined {
  const ids = [metadata?.run_id, configurable?.run_id, metadata?.runId, configurable?.runId, runId];
  return ids.find((id) => typeof id === "string" && id !== "");
}

/** Whether `jsonb` holds it as it is. */
function isPlain(key: string, value: unknown): boolean {
  if (typeof value === "string") return isStorable(key) && isStorable(value);
  return isStorable(key) && (typeof value === "boolean" || Number.isFinite(value));
}

const entriesOf = (keys: unknown): Entry[] =>
  typeof keys === "object" && keys !== null ? Object.entries(keys) : [];
