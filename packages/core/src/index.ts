export {
  type BytesForm,
  type Driver,
  holdTransaction,
  joinsTransaction,
  type LockScope,
  pipelineTransaction,
  type Queryable,
  type Recovery,
  refuseCursor,
  refuseLock,
  runTransaction,
  type SqlValue,
  type Statement,
  type Transaction,
} from "./driver/driver.js";
export { refuseClient } from "./driver/look-alikes.js";
export { type Prepare, PreparePolicy } from "./driver/prepare-policy.js";
export { PreparedNames } from "./driver/prepared-names.js";
export { processWide } from "./driver/process-wide.js";
export { SessionQueue } from "./driver/session-queue.js";
export { portableValue, textParser } from "./driver/text-format.js";
export {
  DatabaseError,
  type ErrorCode,
  InvalidInputError,
  SerializationError,
  type WaypostCode,
  WaypostError,
} from "./errors/errors.js";
export type { OptionKeys } from "./errors/option-keys.js";
export { isLost, sqlState } from "./errors/sqlstate.js";
export type { OperationEvent, StatementEvent, Traffic } from "./execution/events.js";
export type { RetryOptions } from "./execution/retry.js";
export type { Fetch, ListOptions } from "./input/config.js";
export type { PruneOptions } from "./input/maintenance.js";
export type { ThreadLock, ThreadLockOptions } from "./locks/run-lock.js";
export type { ListThreadsOptions, ThreadInfo } from "./maintenance/list-threads.js";
export type { Removed } from "./maintenance/removed.js";
export type { Retention } from "./maintenance/retention.js";
export type { RewriteOptions, Rewritten } from "./maintenance/rewrite.js";
export type { SweepOptions, Swept } from "./maintenance/sweep.js";
export type { Problem, ProblemKind, ThreadProblems, VerifyOptions } from "./maintenance/verify.js";
export { type AdapterOptions, fromConnString, SAVER_KEYS, type SaverOptions } from "./options.js";
export { WaypostSaver } from "./saver.js";
export { type SetupOptions, setupScript } from "./schema/setup.js";
export type { Storage } from "./schema/storage-setting.js";
export {
  CONTENT_TABLES,
  type ColumnType,
  type Right,
  TABLES,
  type Table,
  type TableInfo,
} from "./schema/tables.js";
export { unquotedName } from "./schema/unquoted.js";
export { type CompressOptions, compress } from "./serializer/compress.js";
export { type EncryptOptions, encrypt } from "./serializer/encrypt.js";
export type { EncryptionKey } from "./serializer/keyring.js";
export type { SerializableClass, SerializerOptions } from "./serializer/options.js";
export type { PythonObject } from "./serializer/python/inert.js";
export { serializer } from "./serializer/serializer.js";
export type { Place, Serializer, ValuePlace, WritePlace } from "./serializer/types.js";
export { parseSegments } from "./sharing/segments.js";
