import type { BytesForm, Statement } from "../driver/driver.js";
import { type Tables, tablesIn } from "../schema/identifiers.js";
import { getStorageStatement, setStorageStatement } from "../schema/storage-setting.js";
import { isDistributedStatement } from "./citus.js";
import {
  lockCheckpointsStatement,
  takeMaintenanceLockStatement,
} from "./locks/maintenance-lock.js";
import {
  freeRunLockStatement,
  reachNodeStatement,
  takeRunLockInTransactionOnNodeStatement,
  takeRunLockInTransactionStatement,
  takeRunLockOnNodeStatement,
  takeRunLockStatement,
} from "./locks/run-lock.js";
import { listCursorStatement } from "./read/cursor.js";
import { deltaHistoryStatement } from "./read/delta-history.js";
import { getTupleStatement } from "./read/get-tuple.js";
import { listStatement } from "./read/list.js";
import { listThreadsStatement } from "./read/list-threads.js";
import { partsStatement } from "./read/parts.js";
import { threadPageStatement } from "./read/thread-page.js";
import {
  verifyBlobsStatement,
  verifyVersionsStatement,
  verifyWritesStatement,
} from "./read/verify.js";
import { countThreadStatement, deleteThreadStatement } from "./remove/delete-thread.js";
import { removeOrphansStatement } from "./remove/orphans.js";
import { choosePrunedStatement } from "./remove/prune-choose.js";
import { countPrunedStatement, removeChosenStatement } from "./remove/prune-remove.js";
import { chooseRunsStatement, threadsOfRunsStatement } from "./remove/runs.js";
import { sweepPageStatement, sweepThreadStatement } from "./remove/sweep-page.js";
import { isDeletedStatement, markDeletedStatement } from "./remove/tombstones.js";
import { checkCopyStatement, copyThreadStatement } from "./write/copy-thread.js";
import { putBlobsStatement, putStatement } from "./write/put.js";
import { putIncrementalStatement } from "./write/put-incremental.js";
import { putWritesStatement } from "./write/put-writes.js";
import {
  listRewritableStatement,
  readRewritableStatement,
  removeUnreferencedPartsStatement,
  rewriteFullStatement,
  rewriteIncrementalStatement,
} from "./write/rewrite.js";

/** All statements that are sent once the tables are there, by name. */
const STATEMENTS = {
  checkCopy: checkCopyStatement,
  choosePruned: choosePrunedStatement,
  chooseRuns: chooseRunsStatement,
  copyThread: copyThreadStatement,
  countPruned: countPrunedStatement,
  countThread: countThreadStatement,
  deleteThread: deleteThreadStatement,
  deltaHistory: deltaHistoryStatement,
  freeRunLock: freeRunLockStatement,
  getStorage: getStorageStatement,
  getTuple: getTupleStatement,
  isDeleted: isDeletedStatement,
  isDistributed: isDistributedStatement,
  list: listStatement,
  listCursor: listCursorStatement,
  listRewritable: listRewritableStatement,
  listThreads: listThreadsStatement,
  lockCheckpoints: lockCheckpointsStatement,
  markDeleted: markDeletedStatement,
  parts: partsStatement,
  put: putStatement,
  putBlobs: putBlobsStatement,
  putIncremental: putIncrementalStatement,
  putWrites: putWritesStatement,
  reachNode: reachNodeStatement,
  readRewritable: readRewritableStatement,
  removeChosen: removeChosenStatement,
  removeOrphans: removeOrphansStatement,
  removeUnreferencedParts: removeUnreferencedPartsStatement,
  rewriteFull: rewriteFullStatement,
  rewriteIncremental: rewriteIncrementalStatement,
  setStorage: setStorageStatement,
  sweepPage: sweepPageStatement,
  sweepThread: sweepThreadStatement,
  takeMaintenanceLock: takeMaintenanceLockStatement,
  takeRunLock: takeRunLockStatement,
  takeRunLockInTransaction: takeRunLockInTransactionStatement,
  takeRunLockInTransactionOnNode: takeRunLockInTransactionOnNodeStatement,
  takeRunLockOnNode: takeRunLockOnNodeStatement,
  threadPage: threadPageStatement,
  threadsOfRuns: threadsOfRunsStatement,
  verifyBlobs: verifyBlobsStatement,
  verifyVersions: verifyVersionsStatement,
  verifyWrites: verifyWritesStatement,
} satisfies Readonly<Record<string, (tables: Tables) => (...input: never[]) => Statement>>;

export type StatementName = keyof typeof STATEMENTS;

/** Makes each statement from its input: `catalogue.getTuple(key, known, "text")`. */
export type Catalogue = {
  readonly [Name in StatementName]: ReturnType<(typeof STATEMENTS)[Name]>;
};

const catalogues = new Map<string, WeakRef<Catalogue>>();
const unused = new FinalizationRegistry<string>((key) => {
  if (catalogues.get(key)?.deref() === undefined) catalogues.delete(key);
});

/**
 * The statements of a schema. All savers over it share one catalogue, which lives as long as any of them. A text is
 * made on its first use.
 *
 * @param bytes how they bind bytes
 */
export function catalogueOf(schema: string, bytes: BytesForm): Catalogue {
  const key = `${bytes} ${schema}`;
  const known = catalogues.get(key)?.deref();
  if (known !== undefined) return known;
  const made = newCatalogue(tablesIn(schema, bytes));
  catalogues.set(key, new WeakRef(made));
  unused.register(made, key);
  return made;
}

function newCatalogue(tables: Tables): Catalogue {
  const catalogue = {} as { [Name in StatementName]: Catalogue[Name] };
  for (const [name, make] of Object.entries(STATEMENTS)) {
    Object.defineProperty(catalogue, name, {
      enumerable: true,
      configurable: true,
      get() {
        const value = make(tables);
        Object.defineProperty(catalogue, name, { value, enumerable: true });
        return value;
      },
    });
  }
  return catalogue;
}
