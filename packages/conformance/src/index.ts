import { branchCases } from "./cases/branches.ts";
import { concurrencyCases } from "./cases/concurrency.ts";
import { countCases } from "./cases/counts.ts";
import { damagedRowCases } from "./cases/damaged-rows.ts";
import { dropInCases } from "./cases/drop-in.ts";
import { exactCases } from "./cases/exact.ts";
import { faultCases } from "./cases/faults.ts";
import { givenUpCases } from "./cases/given-up.ts";
import { graphCases } from "./cases/graphs.ts";
import { hostileCases } from "./cases/hostile.ts";
import { inputCases } from "./cases/input.ts";
import { listCases } from "./cases/list.ts";
import { lockCases } from "./cases/locks.ts";
import { lockServerCases } from "./cases/locks-server.ts";
import { officialCases } from "./cases/official.ts";
import { oldFormatCases } from "./cases/old-formats.ts";
import { optionCases } from "./cases/options.ts";
import { partitionCases } from "./cases/partitions.ts";
import { propertyCases } from "./cases/property.ts";
import { pruneCases } from "./cases/prune.ts";
import { prunePropertyCases } from "./cases/prune-property.ts";
import { pruneRaceCases } from "./cases/prune-races.ts";
import { pythonCases } from "./cases/python.ts";
import { rememberedCases } from "./cases/remembered.ts";
import { removalRaceCases } from "./cases/removal-races.ts";
import { retentionCases } from "./cases/retention.ts";
import { rightsCases } from "./cases/rights.ts";
import { searchPathCases } from "./cases/search-path.ts";
import { serializerCases } from "./cases/serializers.ts";
import { setupCases } from "./cases/setup.ts";
import { storageCases } from "./cases/storage.ts";
import { storagePropertyCases } from "./cases/storage-property.ts";
import { storageRewriteCases } from "./cases/storage-rewrite.ts";
import { storageSharingCases } from "./cases/storage-sharing.ts";
import { streamingCases } from "./cases/streaming.ts";
import { sweepCases } from "./cases/sweep.ts";
import { textVersionCases } from "./cases/text-versions.ts";
import { threadCases } from "./cases/threads.ts";
import { tombstoneCases } from "./cases/tombstones.ts";
import { transactionCases } from "./cases/transactions.ts";
import { untrackedCases } from "./cases/untracked.ts";
import { valueCases } from "./cases/values.ts";
import { verifyCases } from "./cases/verify.ts";
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
export { HOSTILE } from "./hostile.ts";
export { type Mode, type Saver, type Session, saverOrEnd, transactionMode } from "./mode.ts";
export { everyOperation, OPERATIONS, prepareThread } from "./operations.ts";
export { grants, policies, type Role, withRole } from "./roles.ts";
export { CountingProxy } from "./wire.ts";

/** Registers the whole suite for one mode of a driver with vitest. */
export function conformance(mode: Mode): void {
  const groups = [
    officialCases,
    branchCases,
    graphCases,
    concurrencyCases,
    listCases,
    streamingCases,
    inputCases,
    optionCases,
    hostileCases,
    propertyCases,
    valueCases,
    exactCases,
    untrackedCases,
    serializerCases,
    threadCases,
    pruneCases,
    prunePropertyCases,
    sweepCases,
    oldFormatCases,
    textVersionCases,
    verifyCases,
    retentionCases,
    tombstoneCases,
    lockCases,
    transactionCases,
    storageCases,
  ];
  // They look at the server from outside: its wire, its roles, another client of it.
  const besideIt = [
    faultCases,
    countCases,
    setupCases,
    rightsCases,
    searchPathCases,
    dropInCases,
    pythonCases,
    pruneRaceCases,
    removalRaceCases,
    damagedRowCases,
    storageSharingCases,
    rememberedCases,
    givenUpCases,
    storagePropertyCases,
    storageRewriteCases,
    partitionCases,
    lockServerCases,
  ];
  if (!mode.embedded) groups.push(...besideIt);
  for (const group of groups) group(mode);
}
