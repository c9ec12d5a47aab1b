/** The public API, which every adapter exports too. */
export type { Prepare } from "./driver/prepare-policy.js";
export {
  type CodeOf,
  ConfigurationError,
  ConflictError,
  DatabaseError,
  type ErrorCode,
  InvalidInputError,
  LockError,
  SerializationError,
  TimeoutError,
  type WaypostCode,
  WaypostError,
} from "./errors/errors.js";
export type { OperationEvent, StatementEvent, Traffic } from "./execution/events.js";
export type { RetryOptions } from "./execution/retry.js";
export type { Fetch, ListOptions } from "./input/config.js";
export type { PruneOptions } from "./input/maintenance.js";
export type { ThreadLock, ThreadLockOptions } from "./locks/run-lock.js";
export type { CopyOptions } from "./maintenance/copy.js";
export type { DeleteThreadsOptions } from "./maintenance/delete-threads.js";
export type { ListThreadsOptions, ThreadInfo, ThreadStatus } from "./maintenance/list-threads.js";
export type { Removed } from "./maintenance/removed.js";
export type { Retention } from "./maintenance/retention.js";
export type { RewriteOptions, Rewritten } from "./maintenance/rewrite.js";
export type { SweepOptions, Swept } from "./maintenance/sweep.js";
export type { Problem, ProblemKind, ThreadProblems, VerifyOptions } from "./maintenance/verify.js";
export type { ConnectionOptions, SaverOptions } from "./options.js";
export type { WaypostSaver } from "./saver.js";
export { type SetupOptions, setupScript } from "./schema/setup.js";
export type { Storage } from "./schema/storage-setting.js";
export type { LangChainClass } from "./serializer/classes.js";
export { type CompressOptions, compress } from "./serializer/compress.js";
export type { CompressionAlgorithm } from "./serializer/compressor.js";
export { type EncryptOptions, encrypt } from "./serializer/encrypt.js";
export type { EncryptionKey } from "./serializer/keyring.js";
export type { Constructor, SerializableClass, SerializerOptions } from "./serializer/options.js";
export type { PythonObject } from "./serializer/python/inert.js";
export { serializer } from "./serializer/serializer.js";
export type { Place, Serializer, ValuePlace, WritePlace } from "./serializer/types.js";
