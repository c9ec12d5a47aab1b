import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import type { Driver } from "./driver/driver.js";
import type { Prepare } from "./driver/prepare-policy.js";
import { InvalidInputError } from "./errors/errors.js";
import { assertKeys, assertNoMore, type OptionKeys } from "./errors/option-keys.js";
import type { Policy } from "./execution/executor.js";
import { type RetryOptions, retryAttempts } from "./execution/retry.js";
import { type Settings, sessionSettings } from "./execution/session-settings.js";
import { assertCount, assertFlag } from "./input/maintenance.js";
import { type Retention, type RetentionPlan, retentionPlan } from "./maintenance/retention.js";
import { checkSchemaName } from "./schema/identifiers.js";
import { serializer } from "./serializer/serializer.js";
import { checkSerializer, type Serializer } from "./serializer/types.js";

/** Options that savers and stores have in common. */
export interface ConnectionOptions {
  /** Schema of the tables, at most 63 bytes; `setup()` creates it. Default `"public"`. */
  schema?: string;
  /**
   * Retries with exponential backoff and jitter, after a lost connection, a deadlock and the like. Only
   * idempotent operations are retried, and nothing in your transaction. `false` turns retries off.
   * Default `{ attempts: 6 }`.
   */
  retry?: false | RetryOptions;
  /**
   * Milliseconds for one operation, all tries included; 1 or more. Beyond, it fails with the code
   * `WAYPOST_TIMEOUT`. A statement that was sent may still run; set the role's `statement_timeout` to end
   * it too. A pool of pg also closes the connection that did not answer. Default: no limit.
   */
  timeout?: number;
  /**
   * Whether statements are prepared on the server. Default `"auto"`: yes, except in your transaction,
   * until a pooler refuses a prepared statement.
   */
  prepare?: Prepare;
  /**
   * Settings of your own, such as `{ "app.tenant": "a" }`, which policies of row-level security read with
   * `current_setting`. Each name has a prefix and a dot. The settings hold for each operation of this
   * saver or store, in its own transaction, and for nothing else on the connection. An operation then takes up to
   * 10 round trips in place of 1, depending on the driver.
   */
  session?: Readonly<Record<string, string>>;
}

/** Options of every saver. Unknown options are refused with an `InvalidInputError`. */
export interface SaverOptions extends ConnectionOptions {
  /** Turns channel values and pending writes into bytes and back. Default `serializer()`. */
  serde?: SerializerProtocol;
  /**
   * Bytes of values that the saver caches, of the threads that it read and wrote last. It does not fetch
   * cached values again, and of a value that grows it sends and stores only new bytes. 0 fetches and
   * stores all values in full. Default 67,108,864 (64 MiB).
   */
  cacheBytes?: number;
  /**
   * Prunes each thread as part of `put`, after every 100th step of its root graph: in between the thread
   * grows by up to 100 checkpoints. Deletes idle threads, a hundred a minute. Default: all checkpoints stay.
   */
  retention?: Retention;
  /**
   * Whether a thread stays deleted after `deleteThread`: later writes to it are refused with the code
   * `WAYPOST_THREAD_DELETED`. Set it on every saver that writes to the tables. Default false.
   */
  tombstones?: boolean;
}

export interface CheckedConnection {
  readonly schema: string;
  readonly session: Settings | undefined;
  readonly policy: Policy;
}

export interface CheckedOptions extends CheckedConnection {
  readonly serde: Serializer;
  readonly retention: RetentionPlan | undefined;
  readonly tombstones: boolean;
  readonly cacheBytes: number;
}

/** The options that savers and stores have in common. */
export const CONNECTION_KEYS: OptionKeys<ConnectionOptions> = {
  schema: true,
  retry: true,
  timeout: true,
  prepare: true,
  session: true,
};

/** The options that all savers have. */
export const SAVER_KEYS: OptionKeys<SaverOptions> = {
  schema: true,
  serde: true,
  retry: true,
  timeout: true,
  prepare: true,
  session: true,
  cacheBytes: true,
  retention: true,
  tombstones: true,
};

/** What an adapter tells beside the options of the saver. */
export interface AdapterOptions {
  /** Where `list` and `listThreads` read, if not from the same database. */
  readonly reader?: Driver | undefined;
  /** The options that its savers have. Default: those that all have. */
  readonly keys?: Readonly<Record<string, true>>;
  /** What to use in place of an option that its savers do not have. */
  readonly instead?: Readonly<Record<string, string>>;
  /** What its constructor was passed beyond the client and the options, which is refused. */
  readonly further?: readonly unknown[];
}

const INSTEAD = { serializer: '"serde"', memory: '"cacheBytes"' };

/** @throws InvalidInputError naming the option and what to pass. */
export function checkOptions(
  options: SaverOptions = {},
  { keys = SAVER_KEYS, instead = {}, further = [] }: AdapterOptions = {},
): CheckedOptions {
  assertKeys(options, "the saver", keys, { ...INSTEAD, ...instead });
  assertNoMore(further);
  const { serde, retention, tombstones = false, cacheBytes = 64 * 2 ** 20 } = options;
  if (!Number.isInteger(cacheBytes) || cacheBytes < 0) {
    throw new InvalidInputError('The option "cacheBytes" must be a number of bytes, 0 or more.');
  }
  if (serde !== undefined) checkSerializer(serde, 'The option "serde"');
  return {
    ...checkConnection(options),
    serde: serde ?? serializer(),
    retention: retentionPlan(retention),
    tombstones: assertFlag(tombstones, "tombstones"),
    cacheBytes,
  };
}

/** @throws InvalidInputError naming the option and what to pass. */
export function checkConnection(options: ConnectionOptions): CheckedConnection {
  assertRuntime();
  const { schema = "public", retry, timeout, prepare = "auto", session } = options;
  checkSchemaName(schema);
  if (prepare !== "auto" && typeof prepare !== "boolean") {
    throw new InvalidInputError('The option "prepare" must be "auto", true or false.');
  }
  return {
    schema,
    session: sessionSettings(session),
    policy: {
      attempts: retryAttempts(retry),
      timeoutMs: timeout === undefined ? undefined : assertCount(timeout, "timeout"),
    },
  };
}

/** Said at once: on Node 18 a method would be missing in the middle of an operation. */
function assertRuntime(): void {
  if (typeof "".isWellFormed === "function") return;
  throw new InvalidInputError(
    `Waypost needs Node 20 or newer, and this is ${process.versions.node}; update Node.`,
  );
}
