import type { BytesForm, Statement } from "../src/driver/driver.ts";
import { portableValue } from "../src/driver/text-format.ts";
import { type Catalogue, catalogueOf, type StatementName } from "../src/sql/catalogue.ts";

const id = "1ef00000-0000-6000-8000-000000000000";
const key = { threadId: "1", checkpointNs: "", checkpointId: id };
const latest = { ...key, checkpointId: undefined };

const query = { ...latest, before: undefined, filter: undefined, limit: 10 };
const filtered = { ...query, before: id, filter: "{}" };
const ofAllThreads = { ...filtered, threadId: undefined, checkpointNs: undefined };
const unlimited = { ...query, limit: Number.POSITIVE_INFINITY };
const page = { query, after: undefined, size: 10, known: [], knownParts: [], onNodes: false };
const nextPage = {
  ...{ ...page, after: key },
  known: [{ ...key, channel: "a", version: "1", putId: "1" }],
  knownParts: [{ threadId: "1", from: 1, to: 2 }],
};

const row = { channel: "a", version: "1", type: "json", text: "1", bytes: null };
const input = { ...key, parentId: id, checkpoint: "{}", metadata: "{}", putId: "1" };
const put = { ...input, blobs: [row, { ...row, channel: "b" }] };
const value = {
  segments: [{ from: 1, to: 2 }],
  tail: Buffer.from("]"),
  ...{ end: 2, ends: [{ start: 1, stop: 1 }] },
  parts: [{ position: 1, bytes: Buffer.from("1") }],
};
const base = { version: "0", putId: "1", type: "json", data: "", segments: [] };
const incremental = { ...input, blobs: [row], incremental: [{ ...row, ...value, base }] };
const further = { position: 2, bytes: Buffer.from("1") };
const withParts = (parts: typeof value.parts) => ({
  ...incremental,
  incremental: [{ ...row, ...value, parts, base }],
});

const task = { taskId: "task", taskPath: "" };
const writes = { ...key, writes: [0, 1].map((idx) => ({ ...task, ...row, idx })) };
const ofTasks = {
  ...key,
  writes: ["a", "b"].map((taskId) => ({ ...task, ...row, taskId, idx: 0 })),
};
const many = Array.from({ length: 13_000 }, (_, idx) => ({
  ...row,
  idx,
  channel: `${idx}`,
  ...task,
}));

const valueKey = { namespace: "", channel: "a", version: "1" };
const blobKey = { threadId: "1", checkpointNs: "", channel: "a", version: "1" };
const writeKey = { ...key, channel: "a", taskId: "task", idx: 0 };
const first = { requireParent: false, requireCheckpoint: false, routed: false };
const onParent = { requireParent: true, requireCheckpoint: true, routed: false };
const routed = { ...onParent, routed: true };

const choice = { threadId: "1", keepLast: 1, olderThan: null };
const threads = {
  ...{ after: undefined, limit: 10, filter: undefined, prefix: undefined, status: undefined },
  ...{ updatedAfter: undefined, updatedBefore: undefined },
};
const swept = { keepLast: 1, olderThan: null, writesBefore: id };
const none = new Map();
const known = new Map([["a", { version: "1", putId: "1" }]]);

type Samples<Name extends StatementName> = Readonly<Record<string, Parameters<Catalogue[Name]>>>;

/** Inputs of every statement, by variant: one for each text that differs by more than numbers of rows. */
const SAMPLES: { readonly [Name in StatementName]: Samples<Name> } = {
  checkCopy: { "": ["1", "2"] },
  choosePruned: { "": [choice, 10] },
  chooseRuns: { "": ["1", ["run"]] },
  copyThread: { "": ["1", "2"] },
  countPruned: { "": [choice] },
  countThread: { "": ["1", null] },
  deleteThread: {
    "": ["1", null, 1, "DELETE"],
    "on-citus": ["1", null, 1, "DELETE on Citus"],
  },
  deltaHistory: {
    "by-id": [key, ["a"], "text"],
    latest: [latest, ["a"], "text"],
    "as-bytes": [key, ["a"], "bytes"],
  },
  freeRunLock: { "": ["1", false], "on-citus": ["1", true] },
  getStorage: { "": [] },
  getTuple: {
    "by-id": [key, none, "text"],
    latest: [latest, none, "text"],
    "by-id-some-known": [key, known, "text"],
    "latest-some-known": [latest, known, "text"],
    "as-bytes": [key, none, "bytes"],
    "as-bytes-some-known": [key, known, "bytes"],
  },
  isDeleted: { "": ["1"] },
  isDistributed: { "": [] },
  list: {
    "first-page": [page, "text"],
    "next-page": [nextPage, "text"],
    filtered: [{ ...nextPage, query: filtered }, "text"],
    "one-checkpoint": [{ ...page, query: { ...query, ...key } }, "text"],
    "all-threads": [{ ...nextPage, query: ofAllThreads }, "text"],
    "all-threads-on-citus": [{ ...nextPage, query: ofAllThreads, onNodes: true }, "text"],
    "as-bytes": [{ ...nextPage, query: filtered }, "bytes"],
  },
  listCursor: {
    thread: [unlimited, "text"],
    filtered: [filtered, "text"],
    "all-threads": [ofAllThreads, "text"],
    "as-bytes": [filtered, "bytes"],
  },
  listRewritable: { "": ["1"] },
  listThreads: {
    "": [threads, false],
    filtered: [{ ...threads, filter: { json: "{}", keys: [] } }, false],
    "on-citus": [threads, true],
    "filtered-on-citus": [{ ...threads, filter: { json: "{}", keys: [] } }, true],
  },
  lockCheckpoints: { "": ["1"] },
  markDeleted: { "": ["1"] },
  parts: { "": ["1", value.segments] },
  put: {
    first: [put, first],
    "first-without-values": [{ ...put, blobs: [] }, first],
    "on-parent": [put, onParent],
    "on-parent-on-citus": [put, routed],
    "on-parent-without-values": [{ ...put, blobs: [] }, onParent],
  },
  putBlobs: { "": [put] },
  putIncremental: {
    "one-part": [incremental, false],
    "one-part-on-citus": [incremental, true],
    "several-parts": [withParts([...value.parts, further]), false],
    "several-parts-on-citus": [withParts([...value.parts, further]), true],
    "no-parts": [withParts([]), false],
    "no-parts-on-citus": [withParts([]), true],
  },
  putWrites: {
    "": [writes, first],
    "on-checkpoint": [writes, onParent],
    "on-checkpoint-on-citus": [writes, routed],
    "of-tasks": [ofTasks, first],
    "of-tasks-on-checkpoint": [ofTasks, onParent],
    "of-tasks-on-checkpoint-on-citus": [ofTasks, routed],
  },
  reachNode: { "": ["1"] },
  readRewritable: { "": ["1", valueKey] },
  removeChosen: {
    pruned: ["1", [{ namespace: "", id }], true, "DELETE"],
    "pruned-on-citus": ["1", [{ namespace: "", id }], true, "DELETE on Citus"],
    "of-runs": ["1", [{ namespace: "", id }], false, "DELETE"],
    "of-runs-on-citus": ["1", [{ namespace: "", id }], false, "DELETE on Citus"],
  },
  removeOrphans: {
    delete: ["1", id, "DELETE"],
    "delete-on-citus": ["1", id, "DELETE on Citus"],
    count: ["1", id, "SELECT"],
  },
  removeUnreferencedParts: { "": ["1"] },
  rewriteFull: { "": ["1", valueKey, "json", Buffer.from("1")] },
  rewriteIncremental: {
    "one-part": ["1", valueKey, "json", value],
    "no-parts": ["1", valueKey, "json", { ...value, parts: [] }],
  },
  setStorage: { "": ["full"] },
  sweepPage: {
    "": [{ ...swept, strategy: "keep_latest", after: null }],
    delete: [{ ...swept, strategy: "delete", after: null }],
  },
  sweepThread: {
    "": ["1", { ...swept, strategy: "keep_latest" }],
    delete: ["1", { ...swept, strategy: "delete" }],
  },
  takeMaintenanceLock: { wait: ["1", "wait"], try: ["1", "try"], share: ["1", "share"] },
  takeRunLock: { "any-session": ["1"], "one-session": ["1", 2] },
  takeRunLockInTransaction: { "": ["1"] },
  takeRunLockInTransactionOnNode: { "": ["1"] },
  takeRunLockOnNode: { "": ["1"] },
  threadPage: { "": [null] },
  threadsOfRuns: { "": [["run"]] },
  verifyBlobs: { "first-page": ["1", undefined, 10], "next-page": ["1", blobKey, 10] },
  verifyVersions: { "": ["1"] },
  verifyWrites: { "first-page": ["1", undefined, 10], "next-page": ["1", writeKey, 10] },
};

type SomeSamples = { readonly [Name in StatementName]?: Samples<Name> };

/** Those that bind bytes, once more: of a driver that sends bytes as text. */
const IN_BASE64: SomeSamples = {
  put: { "base64-on-parent": [put, onParent] },
  putBlobs: { base64: [put] },
  putIncremental: { "base64-one-part": [incremental, false] },
  putWrites: { base64: [writes, first] },
  rewriteFull: { base64: SAMPLES.rewriteFull[""] ?? [] },
  rewriteIncremental: { "base64-one-part": ["1", valueKey, "json", value] },
} as SomeSamples;

/** With about as many rows as one statement can have. */
const OF_MANY_ROWS: SomeSamples = {
  put: {
    first: [{ ...put, blobs: many }, first],
    "on-parent": [{ ...put, blobs: many }, onParent],
  },
  putBlobs: { "": [{ ...put, blobs: many }] },
  putWrites: {
    "": [{ ...key, writes: many }, first],
    "on-checkpoint": [{ ...key, writes: many }, onParent],
  },
};

export interface NamedStatement {
  /** That of the statement, and of the variant where it has several: `getTuple.latest`. */
  readonly name: string;
  readonly statement: Statement;
}

const asBound = (bytes: BytesForm, statement: Statement): Statement =>
  bytes === "binary" ? statement : { ...statement, values: statement.values.map(portableValue) };

function statementsOf(schema: string, bytes: BytesForm, samples: SomeSamples): NamedStatement[] {
  const catalogue = catalogueOf(schema, bytes);
  return Object.entries(samples).flatMap(([name, variants]) => {
    const make = catalogue[name as StatementName] as (...input: unknown[]) => Statement;
    return Object.entries(variants).map(([variant, sample]) => ({
      name: variant === "" ? name : `${name}.${variant}`,
      statement: asBound(bytes, make(...sample)),
    }));
  });
}

/** Every statement of the catalogue. */
export const allStatements = (schema: string): NamedStatement[] => [
  ...statementsOf(schema, "binary", SAMPLES),
  ...statementsOf(schema, "base64", IN_BASE64),
];

/** What looks at all threads on purpose. */
export const OVER_ALL_THREADS: readonly string[] = [
  ...["list.all-threads", "list.all-threads-on-citus", "listCursor.all-threads", "listThreads"],
  ...["listThreads.filtered", "listThreads.on-citus", "listThreads.filtered-on-citus"],
  ...["sweepPage", "sweepPage.delete", "threadPage", "threadsOfRuns"],
];

/** What is sent where no table is distributed, and what is sent to a Citus cluster in its place. */
export const ON_CITUS: Readonly<Record<string, readonly string[]>> = {
  deleteThread: ["deleteThread.on-citus"],
  "list.all-threads": ["list.all-threads-on-citus"],
  // Refused in words.
  "listCursor.all-threads": [],
  listThreads: ["listThreads.on-citus"],
  "listThreads.filtered": ["listThreads.filtered-on-citus"],
  "removeChosen.of-runs": ["removeChosen.of-runs-on-citus"],
  "removeChosen.pruned": ["removeChosen.pruned-on-citus"],
  "removeOrphans.delete": ["removeOrphans.delete-on-citus"],
  sweepPage: ["threadPage", "sweepThread"],
  "sweepPage.delete": ["threadPage", "sweepThread.delete"],
  freeRunLock: ["freeRunLock.on-citus"],
  "takeRunLock.any-session": ["takeRunLockOnNode"],
  "takeRunLock.one-session": ["takeRunLockOnNode"],
  takeRunLockInTransaction: ["takeRunLockInTransactionOnNode"],
};

export const statementsOfManyRows = (schema: string): NamedStatement[] =>
  statementsOf(schema, "binary", OF_MANY_ROWS).map(({ name, statement }) => ({
    name: `${name} of many rows`,
    statement,
  }));
