/** What the tests of this repository share with the suite; it is not published. */
export { BRANCH_CHECKS } from "./cases/branches.ts";
export { checkpoint, METADATA, putChain } from "./checkpoints.ts";
export {
  committedIn,
  createTables,
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
export { HOSTILE } from "./hostile.ts";
export { everyOperation, OPERATIONS, prepareThread } from "./operations.ts";
export { grants, policies, type Role, withRole } from "./roles.ts";
export { CountingProxy } from "./wire.ts";
