export {
  type CompressOptions,
  compress,
  DatabaseError,
  type EncryptionKey,
  type EncryptOptions,
  encrypt,
  type Fetch,
  InvalidInputError,
  type ListOptions,
  type OperationEvent,
  type Place,
  type PythonObject,
  type RetryOptions,
  type SaverOptions,
  type SerializableClass,
  SerializationError,
  type Serializer,
  type SerializerOptions,
  type StatementEvent,
  serializer,
  setupScript,
  type ThreadLock,
  type ThreadLockOptions,
  WaypostError,
} from "@waypost/core";
export type { KyselyDatabase } from "./client.js";
export { type PgPool, preparedPool } from "./prepared-pool.js";
export { KyselySaver, type KyselySaverOptions } from "./saver.js";
export type { WaypostDatabase } from "./tables.js";
