export {
  type CompressOptions,
  compress,
  DatabaseError,
  type EncryptionKey,
  type EncryptOptions,
  encrypt,
  InvalidInputError,
  type Prepare,
  type SaverOptions,
  SerializationError,
  setupScript,
  WaypostError,
} from "@waypost/core";
export type { PgClient, PgPool, PgPoolClient } from "./client.js";
export { PgSaver } from "./saver.js";
