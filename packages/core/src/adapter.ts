/** For those who write an adapter: all of the public API, and what only they need. */

export type {
  BytesForm,
  Driver,
  LockScope,
  Queryable,
  Recovery,
  SqlValue,
  Statement,
  Transaction,
  WaitingQueryable,
} from "./driver/driver.js";
export { refuseClient } from "./driver/look-alikes.js";
export { PreparePolicy } from "./driver/prepare-policy.js";
export { PreparedNames } from "./driver/prepared-names.js";
export { processWide } from "./driver/process-wide.js";
export { refuseCursor, refuseLock } from "./driver/refusals.js";
export { SessionQueue } from "./driver/session-queue.js";
export { portableValue, textParser } from "./driver/text-format.js";
export {
  holdTransaction,
  joinsTransaction,
  pipelineTransaction,
  runTransaction,
} from "./driver/transactions.js";
export { adviceOf } from "./errors/errors.js";
export { shown } from "./errors/names.js";
export type { OptionKeys } from "./errors/option-keys.js";
export { codeOf, isLost, sqlState } from "./errors/sqlstate.js";
export * from "./index.js";
export { fromConnString, hostsOf } from "./input/connection-string.js";
export { type AdapterOptions, SAVER_KEYS } from "./options.js";
export { WaypostSaver } from "./saver.js";
export {
  CONTENT_TABLES,
  type ColumnType,
  type Right,
  TABLES,
  type Table,
  type TableInfo,
} from "./schema/tables.js";
export { unquotedName } from "./schema/unquoted.js";
export { parseSegments } from "./sharing/segments.js";
export { type WholeTableRead, wholeTableReads } from "./sql/whole-tables.js";
