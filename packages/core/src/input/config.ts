import type { RunnableConfig } from "@langchain/core/runnables";
import type { CheckpointListOptions } from "@langchain/langgraph-checkpoint";
import { InvalidInputError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import { encodeMetadata } from "../serializer/values.js";

/** A thread and one of its namespaces; `""` is the namespace of the root graph. */
export interface NamespaceKey {
  readonly threadId: string;
  readonly checkpointNs: string;
}

/** One checkpoint, or the latest of its namespace where `checkpointId` is undefined. */
export interface CheckpointKey extends NamespaceKey {
  readonly checkpointId: string | undefined;
}

/**
 * Which checkpoints `list` reads, and how. LangGraph's options are `filter`, which the metadata must contain
 * (as with Postgres' `@>`), `before`, a config whose checkpoint is newer than all that are read, and
 * `limit`, the largest number of checkpoints.
 */
export interface ListOptions extends CheckpointListOptions {
  /**
   * `"pages"` reads pages of 10 to 100 checkpoints and holds no connection between them. `"cursor"` reads
   * one snapshot through the driver's cursor, and holds a connection of the pool until the loop ends.
   * Default `"pages"`.
   */
  fetch?: Fetch;
}

/** How `list` reads: by pages, or through the driver's cursor. */
export type Fetch = "pages" | "cursor";

/** What `list` selects; undefined restricts nothing. */
export interface ListQuery {
  readonly threadId: string | undefined;
  readonly checkpointNs: string | undefined;
  readonly checkpointId: string | undefined;
  readonly before: string | undefined;
  /** JSON text that the metadata must contain. */
  readonly filter: string | undefined;
  readonly limit: number;
}

/**
 * Key of the checkpoint that a config names, for reading; undefined where it has no `thread_id`,
 * as LangGraph's validation suite demands of `getTuple`.
 *
 * @throws InvalidInputError if any of its keys has the wrong type
 */
export function readKey(config: RunnableConfig): CheckpointKey | undefined {
  const keys = configurable(config, "config");
  const threadId = optionalThreadId(keys);
  const checkpointNs = optionalText(keys, "checkpoint_ns") ?? "";
  const checkpointId = optionalText(keys, "checkpoint_id") || undefined;
  return threadId === undefined ? undefined : { threadId, checkpointNs, checkpointId };
}

/** As `readKey`, for writing: throws where `thread_id` is missing. `checkpointId` is the parent's in `put`. */
export function writeKey(config: RunnableConfig): CheckpointKey {
  const key = readKey(config);
  if (key === undefined) throw new InvalidInputError(threadIdHint("is missing"));
  return key;
}

const LIST_KEYS: OptionKeys<ListOptions> = { limit: true, before: true, filter: true, fetch: true };

/** @throws InvalidInputError if config or options have the wrong type, or an option is unknown */
export function listQuery(config: RunnableConfig, options: ListOptions = {}): ListQuery {
  const keys = configurable(config, "config");
  assertKeys(options, "list", LIST_KEYS);
  const before = options.before && configurable(options.before, "before");
  return {
    threadId: optionalThreadId(keys),
    checkpointNs: optionalText(keys, "checkpoint_ns"),
    checkpointId: optionalText(keys, "checkpoint_id") || undefined,
    before: before && (optionalText(before, "checkpoint_id") || undefined),
    filter: filterText(options.filter),
    limit: limitOf(options.limit),
  };
}

/** @throws InvalidInputError unless it is one of the two, or left out */
export function fetchOf(options: ListOptions = {}): Fetch {
  const { fetch = "pages" } = options;
  if (fetch !== "pages" && fetch !== "cursor") {
    throw new InvalidInputError('"fetch" must be "pages" or "cursor".');
  }
  return fetch;
}

/** The config that names a stored checkpoint. */
export function configOf(key: CheckpointKey): RunnableConfig {
  const { threadId: thread_id, checkpointNs: checkpoint_ns, checkpointId: checkpoint_id } = key;
  return { configurable: { thread_id, checkpoint_ns, checkpoint_id } };
}

/**
 * A thread's id as stored. Numbers become their decimal string.
 *
 * @throws InvalidInputError unless it is a non-empty string or a finite number
 */
export function threadIdOf(value: unknown): string {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (value === undefined || value === null)
    throw new InvalidInputError(threadIdHint("is missing"));
  if (isConfig(value)) {
    throw new InvalidInputError(
      "This takes the id of a thread, not a config; pass config.configurable.thread_id.",
    );
  }
  if (typeof value !== "string") throw new InvalidInputError(threadIdHint(`is a ${typeof value}`));
  if (value === "") throw new InvalidInputError(threadIdHint("is empty"));
  return assertText(value, "thread_id");
}

/**
 * A string that Postgres stores unchanged as `text`.
 *
 * @throws InvalidInputError naming the field, if it is no string, or holds NUL or half a surrogate pair
 */
export function assertText(value: unknown, field: string): string {
  if (typeof value !== "string") {
    throw new InvalidInputError(`"${field}" must be a string, but it is a ${typeof value}.`);
  }
  if (value.includes("\0")) {
    throw new InvalidInputError(
      `"${field}" holds NUL (U+0000), which Postgres can't store; remove it.`,
    );
  }
  if (!value.isWellFormed()) {
    throw new InvalidInputError(
      `"${field}" holds half a surrogate pair, which Postgres can't store; remove it.`,
    );
  }
  return value;
}

type Keys = Readonly<Record<string, unknown>>;

const threadIdHint = (problem: string): string =>
  `"thread_id" ${problem}; pass a non-empty string, e.g. { configurable: { thread_id: "1" } }.`;

function configurable(config: RunnableConfig, name: string): Keys {
  if (!isObject(config)) {
    throw new InvalidInputError(
      `The ${name} must be an object, e.g. { configurable: { thread_id: "1" } }.`,
    );
  }
  if ("thread_id" in config) {
    throw new InvalidInputError(
      `"thread_id" stands in the ${name} itself; write { configurable: { thread_id } }.`,
    );
  }
  const keys = config.configurable ?? {};
  if (!isObject(keys))
    throw new InvalidInputError(`"configurable" of the ${name} must be an object.`);
  return keys;
}

const isConfig = (value: unknown): boolean => isObject(value) && "configurable" in value;

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function optionalThreadId(keys: Keys): string | undefined {
  return keys.thread_id === undefined ? undefined : threadIdOf(keys.thread_id);
}

function optionalText(keys: Keys, field: string): string | undefined {
  const value = keys[field];
  return value === undefined || value === null ? undefined : assertText(value, field);
}

/** @throws InvalidInputError unless it is an object whose values are all defined */
export function filterText(filter: unknown): string | undefined {
  if (filter === undefined || filter === null) return undefined;
  if (!isObject(filter)) {
    throw new InvalidInputError('"filter" must be an object, e.g. { source: "loop" }.');
  }
  for (const [key, value] of Object.entries(filter)) {
    // Dropped, it would select the checkpoints of everybody.
    if (value === undefined) {
      throw new InvalidInputError(
        `"filter.${key}" is undefined; pass a value or leave the key out.`,
      );
    }
  }
  return Object.keys(filter).length === 0 ? undefined : encodeMetadata(filter, "filter");
}

function limitOf(limit: unknown): number {
  if (limit === undefined || limit === null) return Number.POSITIVE_INFINITY;
  if (!Number.isInteger(limit) || (limit as number) < 0) {
    throw new InvalidInputError('"limit" must be a whole number, 0 or more.');
  }
  return limit as number;
}
