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
export type { PgClient, PgCursorConstructor, PgPool, PgPoolClient } from "./client.js";
export { PgSaver, type PgSaverOptions } from "./saver.js";
