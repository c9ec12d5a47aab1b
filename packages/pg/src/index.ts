export {
  type CompressOptions,
  compress,
  DatabaseError,
  type EncryptionKey,
  type EncryptOptions,
  encrypt,
  InvalidInputError,
  type Place,
  type Prepare,
  type PythonObject,
  type SaverOptions,
  SerializationError,
  type Serializer,
  serializer,
  setupScript,
  WaypostError,
} from "@waypost/core";
export type { PgClient, PgPool, PgPoolClient } from "./client.js";
export { PgSaver } from "./saver.js";
