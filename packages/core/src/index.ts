export type { Fetch, ListOptions } from "./config.js";
export {
  type BytesForm,
  type Driver,
  holdTransaction,
  joinsTransaction,
  type LockPlace,
  pipelineTransaction,
  type Queryable,
  type Recovery,
  refuseCursor,
  refuseLock,
  runTransaction,
  type SqlValue,
  type Statement,
  type Transaction,
} from "./driver.js";
export { DatabaseError, InvalidInputError, SerializationError, WaypostError } from "./errors.js";
export type { OptionKeys } from "./keys.js";
export { refuseClient } from "./look-alikes.js";
export type { OperationEvent, StatementEvent, Traffic } from "./observe.js";
export { type AdapterOptions, fromConnString, SAVER_KEYS, type SaverOptions } from "./options.js";
export { type Prepare, PreparePolicy } from "./prepare.js";
export type { RetryOptions } from "./retry.js";
export { WaypostSaver } from "./saver.js";
export { type Right, TABLES, type TableInfo } from "./schema/identifiers.js";
export { type SetupOptions, setupScript } from "./schema/setup.js";
export { unquotedName } from "./schema/unquoted.js";
export { type CompressOptions, compress } from "./serializer/compress.js";
export { type EncryptOptions, encrypt } from "./serializer/encrypt.js";
export type { EncryptionKey } from "./serializer/keyring.js";
export type { SerializableClass, SerializerOptions } from "./serializer/options.js";
export type { PythonObject } from "./serializer/python/inert.js";
export { serializer } from "./serializer/serializer.js";
export type { Place, Serializer, ValuePlace, WritePlace } from "./serializer/types.js";
export type { Storage } from "./sql/storage.js";
export { isLost, sqlState } from "./sqlstate.js";
export { parseSegments } from "./storage/segments.js";
export { portableValue, textParser } from "./text-format.js";
export type { PruneOptions } from "./threads/input.js";
export type { ListThreadsOptions, ThreadInfo } from "./threads/list.js";
export type { ThreadLock, ThreadLockOptions } from "./threads/lock.js";
export type { Removed } from "./threads/removed.js";
export type { Retention } from "./threads/retention.js";
export type { RewriteOptions, Rewritten } from "./threads/rewrite.js";
export type { SweepOptions, Swept } from "./threads/sweep.js";
export type { Problem, ProblemKind, ThreadProblems, VerifyOptions } from "./threads/verify.js";
export { Turns } from "./turns.js";
