import { groupsOf, type Scope } from "./groups.ts";
import type { Mode } from "./mode.ts";

export { BRANCH_CHECKS } from "./cases/branches.ts";
export { checkpoint, METADATA, putChain } from "./checkpoints.ts";
export {
  committedIn,
  databaseUrl,
  freshName,
  rowsLeft,
  withClient,
  withSchema,
} from "./database.ts";
export { withEnding } from "./ending.ts";
export {
  approvalGraph,
  barrier,
  chainGraph,
  collect,
  deltaGraph,
  replyGraph,
  resumeWith,
  thread,
} from "./graphs.ts";
export type { Scope } from "./groups.ts";
export { HOSTILE } from "./hostile.ts";
export { type Mode, type Saver, type Session, saverOrEnd, transactionMode } from "./mode.ts";
export { everyOperation, OPERATIONS, prepareThread } from "./operations.ts";
export { grants, policies, type Role, withRole } from "./roles.ts";
export { CountingProxy } from "./wire.ts";

/**
 * Registers the suite for one mode of a driver with vitest.
 *
 * @param scope how much of it, by default all; an adapter runs all of it in at least one mode
 */
export function conformance(mode: Mode, scope: Scope = "all"): void {
  for (const group of groupsOf(mode, scope)) group(mode);
}
