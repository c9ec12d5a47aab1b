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
export type { PostgresJsReserved, PostgresJsSql, PostgresJsTransaction } from "./client.js";
export { PostgresJsSaver } from "./saver.js";
