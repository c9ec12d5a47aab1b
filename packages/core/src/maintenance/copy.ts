import type { Driver } from "../driver/driver.js";
import { ConflictError } from "../errors/errors.js";
import { assertNotDeleted, takeLock } from "../locks/maintenance-lock.js";
import type { Tables } from "../schema/identifiers.js";
import { lockThreadStatement } from "../sql/locks/maintenance-lock.js";
import type { Tombstones } from "../sql/remove/tombstones.js";
import {
  type CopyCheckRow,
  checkCopyStatement,
  copyThreadStatement,
} from "../sql/write/copy-thread.js";
import { deleteStatements, removeWhole } from "./delete.js";

export interface CopyOptions {
  /** Whether to replace a target that exists. Default false. */
  readonly overwrite?: boolean;
}

export function copyStatements(tables: Tables) {
  return {
    lock: lockThreadStatement(tables),
    check: checkCopyStatement(tables),
    whole: deleteStatements(tables),
    copy: copyThreadStatement(tables),
  };
}

/**
 * Copies a thread in one transaction; its values never leave the server. Nobody removes anything from
 * either meanwhile.
 *
 * @throws ConflictError, before anything is written, if the copy can't be made
 */
export async function copyThread(
  driver: Driver,
  sql: ReturnType<typeof copyStatements>,
  sourceId: string,
  targetId: string,
  overwrite: boolean,
  tombstones: Tombstones | undefined,
): Promise<void> {
  await driver.transaction(async (tx) => {
    // In one order, so that no two copies can wait for each other.
    for (const threadId of [sourceId, targetId].sort()) {
      await takeLock(tx, sql.lock(threadId, threadId === sourceId ? "share" : "wait"));
    }
    const [found] = await tx.query<CopyCheckRow>(sql.check(sourceId, targetId));
    if (!found?.source) throw new ConflictError("WAYPOST_NO_THREAD", "There is no thread to copy.");
    if (found.encrypted) {
      throw new ConflictError(
        "WAYPOST_ENCRYPTED",
        "The thread holds encrypted values, which can be read in their own thread only; copy it through `list` and `put`.",
      );
    }
    if (found.target && !overwrite) {
      throw new ConflictError(
        "WAYPOST_THREAD_EXISTS",
        "The target thread exists; choose another one, or pass { overwrite: true } to replace it.",
      );
    }
    if (tombstones !== undefined) await assertNotDeleted(tx, tombstones, targetId);
    if (found.target) await removeWhole(tx, sql.whole, targetId, null);
    await tx.query(sql.copy(sourceId, targetId));
  });
}
