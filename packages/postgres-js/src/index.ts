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
  type Place,
  type Prepare,
  type PythonObject,
  type SaverOptions,
  type SerializableClass,
  SerializationError,
  type Serializer,
  type SerializerOptions,
  serializer,
  setupScript,
  WaypostError,
} from "@waypost/core";
export type { PostgresJsReserved, PostgresJsSql, PostgresJsTransaction } from "./client.js";
export { PostgresJsSaver } from "./saver.js";
