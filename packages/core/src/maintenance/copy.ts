import type { Driver } from "../driver/driver.js";
import { ConflictError } from "../errors/errors.js";
import { assertNotDeleted, takeLock } from "../locks/maintenance-lock.js";
import type { Catalogue } from "../sql/catalogue.js";
import type { CopyCheckRow } from "../sql/write/copy-thread.js";
import { removeWhole } from "./delete.js";

/** Options of `copyThread`. */
export interface CopyOptions {
  /** Whether to replace a target that exists. Default false. */
  readonly overwrite?: boolean;
}

/**
 * Copies a thread in one transaction; its values never leave the server. Nobody removes anything from
 * either meanwhile.
 *
 * @throws ConflictError, before anything is written, if the copy can't be made
 */
export async function copyThread(
  driver: Driver,
  sql: Catalogue,
  sourceId: string,
  targetId: string,
  overwrite: boolean,
  tombstones: boolean,
): Promise<void> {
  await driver.transaction(async (tx) => {
    // In one order, so that no two copies can wait for each other.
    for (const threadId of [sourceId, targetId].sort()) {
      await takeLock(
        tx,
        sql.takeMaintenanceLock(threadId, threadId === sourceId ? "share" : "wait"),
      );
    }
    const [found] = await tx.query<CopyCheckRow>(sql.checkCopy(sourceId, targetId));
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
    if (tombstones) await assertNotDeleted(tx, sql, targetId);
    if (found.target) await removeWhole(tx, sql, targetId, null);
    await tx.query(sql.copyThread(sourceId, targetId));
  });
}
