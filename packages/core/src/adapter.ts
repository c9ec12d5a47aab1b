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
export { type Made, refuseClient } from "./driver/look-alikes.js";
export { PreparePolicy } from "./driver/prepare-policy.js";
export { PreparedNames } from "./driver/prepared-names.js";
export { processWide } from "./driver/process-wide.js";
export { refuseCursor, refuseLock } from "./driver/refusals.js";
export { SessionQueue } from "./driver/session-queue.js";
export { type Template, template } from "./driver/template.js";
export { portableValue, textParser } from "./driver/text-format.js";
export {
  holdTransaction,
  joinsTransaction,
  pipelineTransaction,
  runTransaction,
} from "./driver/transactions.js";
export { adviceOf } from "./errors/errors.js";
export { shown } from "./errors/names.js";
export { assertKeys, type OptionKeys } from "./errors/option-keys.js";
export { codeOf, isLost, sqlState } from "./errors/sqlstate.js";
export { Executor } from "./execution/executor.js";
export type { OperationTraits } from "./execution/operations.js";
export * from "./index.js";
export { assertText } from "./input/config.js";
export { fromConnString, hostsOf } from "./input/connection-string.js";
export { assertCount, assertFlag, assertSignal } from "./input/maintenance.js";
export {
  type AdapterOptions,
  type CheckedConnection,
  CONNECTION_KEYS,
  checkConnection,
  SAVER_KEYS,
} from "./options.js";
export { WaypostSaver } from "./saver.js";
export { checkSchemaName, quoteIdentifier, quoteLiteral } from "./schema/identifiers.js";
export {
  assertServer,
  createSchemaCommand,
  execute,
  lockCommand,
  SERVER_COLUMNS,
  type ServerColumns,
} from "./schema/session.js";
export {
  CONTENT_TABLES,
  type ColumnType,
  type Right,
  TABLES,
  type Table,
  type TableInfo,
} from "./schema/tables.js";
export { unquotedName } from "./schema/unquoted.js";
export { pathStep } from "./serializer/path.js";
export { parseSegments } from "./sharing/segments.js";
export { cte, materialized, sql, withAll } from "./sql/text.js";
export { type WholeTableRead, wholeTableReads } from "./sql/whole-tables.js";
