import type { RunnableConfig } from "@langchain/core/runnables";
import type { CheckpointMetadata } from "@langchain/langgraph-checkpoint";
import { RUN_KEY } from "../sql/remove/runs.js";

/** The metadata to store: with the run that the config names, so that it can be deleted by it. */
export function withRun(metadata: CheckpointMetadata, config: RunnableConfig): object {
  const run = config.metadata?.run_id ?? config.configurable?.run_id;
  return typeof run === "string" && run !== "" ? { ...metadata, [RUN_KEY]: run } : metadata;
}

/** The metadata as it was passed to `put`. */
export function withoutRun(stored: unknown): CheckpointMetadata {
  const { [RUN_KEY]: _, ...metadata } = stored as CheckpointMetadata & { [RUN_KEY]?: string };
  return metadata as CheckpointMetadata;
}
