export {
  type Driver,
  type Queryable,
  runTransaction,
  type SqlValue,
  type Statement,
} from "./driver.js";
export { DatabaseError, InvalidInputError, SerializationError, WaypostError } from "./errors.js";
export { checkConnString, type SaverOptions } from "./options.js";
export { type Prepare, PreparePolicy } from "./prepare.js";
export { WaypostSaver } from "./saver.js";
export { setupScript } from "./schema/setup.js";
export { sqlState } from "./sqlstate.js";
export { portableValue, textParser } from "./text-format.js";
export type { PruneOptions } from "./threads/input.js";
export type { ListThreadsOptions, ThreadInfo } from "./threads/list.js";
export type { Removed } from "./threads/prune.js";
export type { SweepOptions, Swept } from "./threads/sweep.js";
export type { Problem, ProblemKind, ThreadProblems, VerifyOptions } from "./threads/verify.js";
export { Turns } from "./turns.js";
