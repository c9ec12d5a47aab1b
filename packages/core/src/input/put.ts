import { InvalidInputError } from "../errors/errors.js";

const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * What `put` takes beside its config. Savers of LangGraph 0.0 took three arguments.
 *
 * @throws InvalidInputError naming the first that is missing or of the wrong kind
 */
export function assertPut(checkpoint: unknown, metadata: unknown, newVersions: unknown): void {
  const refuse = (name: string, hint: string): never => {
    throw new InvalidInputError(
      `"${name}" must be an object${hint}: put(config, checkpoint, metadata, newVersions).`,
    );
  };
  if (!isObject(checkpoint)) refuse("checkpoint", "");
  if (!isObject(metadata)) refuse("metadata", ", {} for none");
  if (!isObject(newVersions)) {
    refuse("newVersions", " of the channels that changed and their versions, {} for none");
  }
  for (const key of ["channel_values", "channel_versions"]) {
    if (!isObject((checkpoint as Record<string, unknown>)[key] ?? {}))
      refuse(`checkpoint.${key}`, "");
  }
}

/** @throws InvalidInputError unless they are pairs of a channel and a value */
export function assertWrites(writes: unknown): void {
  if (Array.isArray(writes) && writes.every(Array.isArray)) return;
  throw new InvalidInputError(
    '"writes" must be an array of channels and values, e.g. [["messages", message]].',
  );
}
