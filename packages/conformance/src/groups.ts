import { branchCases } from "./cases/branches.ts";
import { concurrencyCases } from "./cases/concurrency.ts";
import { countCases } from "./cases/counts.ts";
import { damagedRowCases } from "./cases/damaged-rows.ts";
import { deleteThreadsCases } from "./cases/delete-threads.ts";
import { dropInCases } from "./cases/drop-in.ts";
import { exactCases } from "./cases/exact.ts";
import { faultCases } from "./cases/faults.ts";
import { givenUpCases } from "./cases/given-up.ts";
import { graphCases } from "./cases/graphs.ts";
import { hostileCases } from "./cases/hostile.ts";
import { inputCases } from "./cases/input.ts";
import { limitCases } from "./cases/limits.ts";
import { listCases } from "./cases/list.ts";
import { listThreadsCases } from "./cases/list-threads.ts";
import { lockCases } from "./cases/locks.ts";
import { lockServerCases } from "./cases/locks-server.ts";
import { metadataIndexCases } from "./cases/metadata-index.ts";
import { officialCases } from "./cases/official.ts";
import { oldFormatCases } from "./cases/old-formats.ts";
import { optionCases } from "./cases/options.ts";
import { parallelWriteCases, parallelWriteCountCases } from "./cases/parallel-writes.ts";
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
import { runMetadataCases } from "./cases/run-metadata.ts";
import { searchPathCases } from "./cases/search-path.ts";
import { serializerCases } from "./cases/serializers.ts";
import { setupCases } from "./cases/setup.ts";
import { storageCases } from "./cases/storage.ts";
import { storagePieceCases } from "./cases/storage-pieces.ts";
import { storagePropertyCases } from "./cases/storage-property.ts";
import { storageRewriteCases } from "./cases/storage-rewrite.ts";
import { storageSealedCases } from "./cases/storage-sealed.ts";
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

type Group = (mode: Mode) => void;

/** What depends on how a mode connects, sends and waits. */
const CONNECTION: readonly Group[] = [
  officialCases,
  concurrencyCases,
  parallelWriteCases,
  streamingCases,
  lockCases,
  transactionCases,
];

/** What depends on how a driver makes values of parameters and rows, beside what runs on any saver. */
const DRIVER: readonly Group[] = [
  branchCases,
  graphCases,
  listCases,
  inputCases,
  optionCases,
  valueCases,
  exactCases,
  untrackedCases,
  storageCases,
];

/** What the statements do, whoever sends them. */
const STATEMENTS: readonly Group[] = [
  listThreadsCases,
  runMetadataCases,
  deleteThreadsCases,
  threadCases,
  pruneCases,
  sweepCases,
  oldFormatCases,
  textVersionCases,
  verifyCases,
  retentionCases,
  tombstoneCases,
];

/** What takes long, and is the same for all. */
const LONG: readonly Group[] = [hostileCases, propertyCases, serializerCases, prunePropertyCases];

/** The same four for what looks at a server from outside: its wire, its roles, another client of it. */
const CONNECTION_OUTSIDE: readonly Group[] = [
  faultCases,
  countCases,
  parallelWriteCountCases,
  givenUpCases,
  lockServerCases,
];
const DRIVER_OUTSIDE: readonly Group[] = [
  setupCases,
  metadataIndexCases,
  searchPathCases,
  dropInCases,
  pythonCases,
];
const STATEMENTS_OUTSIDE: readonly Group[] = [
  rightsCases,
  pruneRaceCases,
  removalRaceCases,
  damagedRowCases,
  storageSharingCases,
  storagePieceCases,
  storageSealedCases,
  rememberedCases,
  storageRewriteCases,
];
const LONG_OUTSIDE: readonly Group[] = [limitCases, storagePropertyCases, partitionCases];

/**
 * How much of the suite runs: `connection`, what differs between modes of one driver; `driver`, also what
 * differs between drivers; `statements`, also what the statements do, whoever sends them; `all`, also what takes
 * long.
 */
export type Scope = "connection" | "driver" | "statements" | "all";

const GROUPS: Readonly<
  Record<Scope, readonly [inside: readonly Group[], outside: readonly Group[]]>
> = {
  connection: [CONNECTION, CONNECTION_OUTSIDE],
  driver: [
    [...CONNECTION, ...DRIVER],
    [...CONNECTION_OUTSIDE, ...DRIVER_OUTSIDE],
  ],
  statements: [
    [...CONNECTION, ...DRIVER, ...STATEMENTS],
    [...CONNECTION_OUTSIDE, ...DRIVER_OUTSIDE, ...STATEMENTS_OUTSIDE],
  ],
  all: [
    [...CONNECTION, ...DRIVER, ...STATEMENTS, ...LONG],
    [...CONNECTION_OUTSIDE, ...DRIVER_OUTSIDE, ...STATEMENTS_OUTSIDE, ...LONG_OUTSIDE],
  ],
};

/** The groups of test cases that a mode runs. */
export function groupsOf(mode: Mode, scope: Scope): readonly Group[] {
  const [inside, outside] = GROUPS[scope];
  return mode.embedded ? inside : [...inside, ...outside];
}
