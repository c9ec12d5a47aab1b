import type { Statement } from "../../packages/core/src/driver/driver.ts";
import { tablesIn } from "../../packages/core/src/schema/identifiers.ts";
import { storageStatements } from "../../packages/core/src/schema/storage-setting.ts";
import {
  lockCheckpointsStatement,
  lockThreadStatement,
} from "../../packages/core/src/sql/locks/maintenance-lock.ts";
import { threadLockStatements } from "../../packages/core/src/sql/locks/run-lock.ts";
import { cursorStatement } from "../../packages/core/src/sql/read/cursor.ts";
import { deltaHistoryStatement } from "../../packages/core/src/sql/read/delta-history.ts";
import { getTupleStatement } from "../../packages/core/src/sql/read/get-tuple.ts";
import { listStatement } from "../../packages/core/src/sql/read/list.ts";
import { listThreadsStatement } from "../../packages/core/src/sql/read/list-threads.ts";
import { partsStatement } from "../../packages/core/src/sql/read/parts.ts";
import { threadPageStatement } from "../../packages/core/src/sql/read/thread-page.ts";
import { damageStatement, valuesStatements } from "../../packages/core/src/sql/read/verify.ts";
import { deleteThreadStatements } from "../../packages/core/src/sql/remove/delete-thread.ts";
import { orphansStatement } from "../../packages/core/src/sql/remove/orphans.ts";
import { chooseStatement } from "../../packages/core/src/sql/remove/prune-choose.ts";
import {
  dryPruneStatement,
  removeStatement,
} from "../../packages/core/src/sql/remove/prune-remove.ts";
import {
  chooseRunsStatement,
  threadsOfRunsStatement,
} from "../../packages/core/src/sql/remove/runs.ts";
import { sweepPageStatement } from "../../packages/core/src/sql/remove/sweep-page.ts";
import { tombstoneStatements } from "../../packages/core/src/sql/remove/tombstones.ts";
import {
  checkCopyStatement,
  copyThreadStatement,
} from "../../packages/core/src/sql/write/copy-thread.ts";
import { putStatements } from "../../packages/core/src/sql/write/put.ts";
import { putSharedStatement } from "../../packages/core/src/sql/write/put-shared.ts";
import { putWritesStatements } from "../../packages/core/src/sql/write/put-writes.ts";
import { rewriteStatements } from "../../packages/core/src/sql/write/rewrite.ts";

const tables = tablesIn("agents");
const id = "id";
const key = { threadId: "1", checkpointNs: "", checkpointId: id };
const latest = { ...key, checkpointId: undefined };
const both = [true, false];

const query = { ...latest, before: id, filter: "{}", limit: 10 };
const page = {
  ...{ query, after: key, size: 10 },
  known: [{ ...key, channel: "a", version: "1", putId: "1" }],
  knownParts: [{ threadId: "1", from: 1, to: 2 }],
};
const overAll = { ...query, threadId: undefined, checkpointNs: undefined };

const row = { channel: "a", version: "1", type: "json", text: "1", bytes: null };
const input = { ...key, parentId: id, checkpoint: "{}", metadata: "{}", putId: "1" };
const shared = {
  ...row,
  ...{
    segments: [{ from: 1, to: 2 }],
    tail: Buffer.from("]"),
    end: 2,
    ends: [{ start: 1, stop: 1 }],
  },
  base: { version: "0", putId: "1", type: "json", data: "", segments: [] },
  parts: [{ position: 1, bytes: Buffer.from("1") }],
};
const many = Array.from({ length: 15_000 }, (_, n) => ({ ...row, idx: n, channel: `${n}` }));
const sharedWith = (changed: object) =>
  putSharedStatement(tables)({ ...input, blobs: [row], shared: [{ ...shared, ...changed }] });

const task = { ...key, taskId: "task", taskPath: "" };
const put = putStatements(tables);
const putWrites = putWritesStatements(tables);
const getTuple = getTupleStatement(tables, true);
const deletion = deleteThreadStatements(tables);
const rewrite = rewriteStatements(tables);
const valueKey = { namespace: "", channel: "a", version: "1" };
const choice = { threadId: "1", keepLast: 1, olderThan: null };
const values = valuesStatements(tables);
const value = {
  ...{ kind: "blob" as const, ...valueKey },
  ...{ id, task: "task", idx: 0, type: "json", bytes: null, segments: null },
};
const storage = storageStatements(tables);
const threadLock = threadLockStatements(tables);
const tombstones = tombstoneStatements(tables);

/** Every statement, by the function that makes it. */
export const STATEMENTS: Readonly<Record<string, readonly (Statement | undefined)[]>> = {
  checkCopyStatement: [checkCopyStatement(tables)("1", "2")],
  copyThreadStatement: [copyThreadStatement(tables)("1", "2")],
  cursorStatement: both.map((text) => cursorStatement(tables, text)(query)),
  deleteThreadStatements: [deletion.remove("1", null, 1), deletion.count("1", null)],
  deltaHistoryStatement: [key, latest].map((of) => deltaHistoryStatement(tables, true)(of, ["a"])),
  getTupleStatement: [new Map(), new Map([["a", { ...row, putId: "1" }]])].flatMap((known) => [
    getTuple(key, known),
    getTuple(latest, known),
    getTupleStatement(tables, false)(key, known),
  ]),
  listStatement: both.map((text) => listStatement(tables, text)(page)),
  lockCheckpointsStatement: [lockCheckpointsStatement(tables)("1")],
  lockThreadStatement: (["wait", "try", "share"] as const).map((take) =>
    lockThreadStatement(tables)("1", take),
  ),
  orphansStatement: both.map((dry) => orphansStatement(tables)("1", id, dry)),
  partsStatement: [partsStatement(tables)("1", [{ from: 1, to: 2 }])],
  chooseStatement: [chooseStatement(tables)(choice, 10)],
  chooseRunsStatement: [chooseRunsStatement(tables)("1", ["run"])],
  dryPruneStatement: [dryPruneStatement(tables)(choice)],
  removeStatement: both.map((useful) =>
    removeStatement(tables)("1", [{ namespace: "", id }], useful),
  ),
  putStatements: both.flatMap((requireParent) => [
    ...put({ ...input, blobs: [] }, requireParent),
    ...put({ ...input, blobs: many }, requireParent),
  ]),
  putSharedStatement: [sharedWith({}), sharedWith({ parts: [] })],
  putWritesStatements: both.flatMap((onCheckpoint) =>
    putWrites({ ...task, writes: many }, onCheckpoint),
  ),
  rewriteStatements: [
    rewrite.keys("1"),
    rewrite.read("1", valueKey),
    rewrite.whole("1", valueKey, "json", Buffer.from("1")),
    rewrite.shared("1", valueKey, "json", shared),
    rewrite.shared("1", valueKey, "json", { ...shared, parts: [] }),
    rewrite.removeUnreferenced("1"),
  ],
  storageStatements: [storage.get(), storage.set("full")],
  threadLockStatements: [
    threadLock.take("1"),
    threadLock.take("1", 2),
    threadLock.takeInTransaction("1"),
    threadLock.free("1"),
  ],
  tombstoneStatements: [tombstones.markDeleted("1"), tombstones.isDeleted("1")],
  damageStatement: [damageStatement(tables)("1")],
  valuesStatements: [undefined, value].flatMap((after) => [
    values.blobs("1", after, 10),
    values.writes("1", after, 10),
  ]),
};

/** What looks at all threads: it asks every node, and every partition. */
export const OVER_ALL_THREADS: Readonly<Record<string, Statement>> = {
  cursorStatement: cursorStatement(tables, true)(overAll),
  listStatement: listStatement(tables, true)({ ...page, query: overAll }),
  listThreadsStatement: listThreadsStatement(tables)({
    ...{ after: undefined, limit: 10, filter: undefined, updatedBefore: undefined },
  }),
  sweepPageStatement: sweepPageStatement(tables)({
    ...{ after: null, size: 10, keepLast: 1, olderThan: null, writesBefore: id },
  }),
  threadPageStatement: threadPageStatement(tables)(null, 10),
  threadsOfRunsStatement: threadsOfRunsStatement(tables)(["run"]),
};
