import {
  type ChannelVersions,
  type Checkpoint,
  type CheckpointMetadata,
  TASKS,
} from "@langchain/langgraph-checkpoint";
import type { Driver, Queryable, Statement } from "../driver/driver.js";
import { ConflictError } from "../errors/errors.js";
import type { ServerFacts } from "../execution/server-facts.js";
import type { NamespaceKey } from "../input/config.js";
import { assertNotDeleted, takeLock } from "../locks/maintenance-lock.js";
import { mayHoldBytes } from "../serializer/official.js";
import type { Serializer } from "../serializer/types.js";
import type { Catalogue } from "../sql/catalogue.js";
import type { BlobRow, PutInput, StoredRow } from "../sql/write/put.js";
import { fitsParameters } from "../sql/write/put-incremental.js";
import type { PutWritesInput } from "../sql/write/put-writes.js";
import { putAll, putAllWrites } from "./batches.js";
import { encodeBlobs } from "./encode.js";
import { wrapAll } from "./piece-plan.js";
import type { IsUntracked } from "./untracked.js";
import type { ValueCache } from "./value-cache.js";

/** Where and how to store. */
export interface WriteContext {
  readonly driver: Driver;
  readonly sql: Catalogue;
  readonly cache: ValueCache;
  readonly server: ServerFacts;
  readonly serde: Serializer;
  /** Whether a deleted thread may not begin anew. */
  readonly tombstones: boolean;
}

/** A checkpoint ready to be stored, and what is needed to store all of its values. */
export interface Put {
  readonly input: PutInput;
  /** Its values, for their names only: they may have changed since. */
  readonly values: Checkpoint["channel_values"];
  readonly versions: ChannelVersions;
  readonly newVersions: ChannelVersions;
  readonly metadata: CheckpointMetadata;
  /** Rows of the values that are not new, as they were when `put` was called. */
  readonly oldBlobs: Promise<readonly BlobRow[]>;
}

/**
 * Rows of a checkpoint's values that are not new. Hardly any put needs them, but whether it does is known
 * only when the caller may have changed the values. So what is not remembered, as its parent has it, is
 * encoded before anything is awaited. That it can't be encoded matters only to who needs it.
 */
export function encodeOld(
  { cache }: Pick<WriteContext, "cache">,
  serde: Serializer,
  key: NamespaceKey & { readonly parentId: string | null },
  passed: Pick<Put, "values" | "versions" | "newVersions">,
  isUntracked: IsUntracked,
): Put["oldBlobs"] {
  const old = oldVersions(passed);
  const remembered = cache.rows(key, old);
  for (const { channel } of remembered) delete old[channel];
  const encoded = encodeBlobs(serde, key, passed.values, old, isUntracked);
  const all = encoded.then((rows) => [...remembered, ...rows]);
  all.catch(() => {});
  return all;
}

/**
 * Stores a checkpoint so that all values it refers to are there: one statement, but where its parent
 * is gone (or never was there), and for copies, which refer to the values of their original instead.
 * Then all of its values are stored with it, while nobody can remove any. So it is where a value was there
 * before, as when the answer to a first try was lost: it may have been about to be removed.
 *
 * With tombstones, the parent's row is also the proof that the thread is not deleted; a checkpoint
 * without a parent is stored as one whose parent is gone.
 *
 * @throws ConflictError if the parent is gone and with it what a delta channel is rebuilt from, or the
 *   thread is deleted
 */
export async function storeCheckpoint(context: WriteContext, passed: Put): Promise<void> {
  const blobs = await forReaders(context, passed.input.blobs);
  const put = { ...passed, input: { ...passed.input, blobs } };
  const requireParent = put.input.parentId !== null;
  if (!isCopy(put) && (requireParent || !context.tombstones)) {
    const stored =
      (await storeIncremental(context, put)) ?? (await storeNew(context, put, requireParent));
    if (stored === "new") return;
  }
  await storeWhole(context, put);
}

/** What a try came to: all that it sent was new, some was there before, or it stored nothing. */
type Stored = "new" | "known" | undefined;

/** Stores what is new of values that share with those of the parent. */
async function storeIncremental(context: WriteContext, put: Put): Promise<Stored> {
  const { driver, sql, cache, server, serde } = context;
  const plan = await cache.plan(put.input);
  if (plan === undefined || !fitsParameters(plan)) return undefined;
  const blobs = await wrapAll(serde, plan, plan.blobs);
  const statement = sql.putIncremental({ ...plan, blobs }, server.isDistributed);
  const stored = await sendPut(context, driver, [statement]);
  if (stored === undefined) await cache.refused(driver);
  else cache.stored(put.input, put.versions, plan.incremental);
  return stored;
}

/** Stores the values that are new, each whole. */
async function storeNew(
  context: WriteContext,
  { input, versions }: Put,
  requireParent: boolean,
): Promise<Stored> {
  const { driver, sql, cache, server, serde } = context;
  const blobs = await wrapAll(serde, input, input.blobs);
  const condition = { requireParent, routed: server.isDistributed };
  const statements = putAll(sql, { ...input, blobs }, condition);
  const stored = await together(driver, statements, (session) =>
    sendPut(context, session, statements),
  );
  if (stored !== undefined) cache.stored(input, versions, []);
  return stored;
}

/** Stores a checkpoint that has no parent to stand on with all of its values, under the thread's lock. */
async function storeWhole(context: WriteContext, put: Put): Promise<void> {
  const { sql, server, serde } = context;
  const old = await forReaders(context, await put.oldBlobs);
  const whole = { ...put.input, blobs: [...put.input.blobs, ...old] };
  const blobs = await wrapAll(serde, whole, whole.blobs);
  await withLock(context, whole.threadId, async (tx) => {
    const requireParent = put.input.parentId !== null && needsAncestors(put);
    const condition = { requireParent, routed: server.isDistributed };
    const statements = putAll(sql, { ...whole, blobs }, condition);
    if ((await sendPut(context, tx, statements)) === undefined) throw parentRemoved();
  });
  context.cache.stored(whole, put.versions, []);
}

/**
 * Stores writes in one statement. With tombstones, those whose checkpoint is not there (yet) take a
 * transaction that first makes sure that the thread is not deleted.
 *
 * @throws ConflictError if the thread is deleted
 */
export async function storeWrites(context: WriteContext, passed: PutWritesInput): Promise<void> {
  const { driver, sql, tombstones, server } = context;
  const input = { ...passed, writes: await forReaders(context, passed.writes) };
  const statementsIf = (requireCheckpoint: boolean) =>
    putAllWrites(sql, input, { requireCheckpoint, routed: server.isDistributed });
  const statements = statementsIf(tombstones);
  const stored = await together(driver, statements, (session) => send(session, statements));
  if (!tombstones || input.writes.length === 0 || stored.length > 0) return;
  await withLock(context, input.threadId, (tx) => send(tx, statementsIf(false)));
}

/** Where values are stored in full, the official saver may read them: those that it has a form for are stored in it. */
async function forReaders<Row extends { readonly text: string | null }>(
  { driver, cache, serde }: WriteContext,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const isConcerned = rows.some(({ text }) => text !== null && mayHoldBytes(text));
  if (!isConcerned || !(await cache.isFull(driver))) return rows;
  return rows.map((row) =>
    row.text === null ? row : { ...row, text: serde.officialText?.(row.text) ?? row.text },
  );
}

/** Runs the work while nobody can remove anything from the thread. */
function withLock<T>(
  { driver, sql, tombstones }: WriteContext,
  threadId: string,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  return driver.transaction(async (tx) => {
    const lock = sql.takeMaintenanceLock(threadId, "wait");
    if (!tombstones) await tx.query(lock);
    else {
      await takeLock(tx, lock);
      await assertNotDeleted(tx, sql, threadId);
    }
    return work(tx);
  });
}

/** Runs what sends statements that belong together: one by itself, several in a transaction. */
const together = <T>(
  driver: Driver,
  statements: readonly Statement[],
  work: (session: Queryable) => Promise<T>,
): Promise<T> => (statements.length > 1 ? driver.transaction(work) : work(driver));

/** Sends the statements of a put, of which the first may find that nothing can be stored. */
async function sendPut(
  { server }: WriteContext,
  session: Queryable,
  statements: readonly Statement[],
): Promise<Stored> {
  let stored: Stored = "new";
  for (const statement of statements) {
    const [row] = await session.query<StoredRow>(statement);
    if (row === undefined) return undefined;
    server.learn(row.distributed);
    if (!row.fresh) stored = "known";
  }
  return stored;
}

/** The rows of the last statement. */
async function send(
  session: Queryable,
  statements: readonly Statement[],
): Promise<readonly object[]> {
  let rows: object[] = [];
  for (const statement of statements) rows = await session.query(statement);
  return rows;
}

/** LangGraph stores a copy as a sibling of its original, and names none of its versions as new; sends may be. */
function isCopy({ metadata, newVersions }: Put): boolean {
  return (
    metadata.source === "fork" && Object.keys(newVersions).every((channel) => channel === TASKS)
  );
}

/** Versions that were there before, also of channels that were emptied: those are marked as empty again. */
function oldVersions({
  versions,
  newVersions,
}: Pick<Put, "versions" | "newVersions">): ChannelVersions {
  return Object.fromEntries(
    Object.entries(versions).filter(([channel]) => !Object.hasOwn(newVersions, channel)),
  );
}

/** Whether a delta channel has no value in the checkpoint: it is rebuilt from its ancestors. */
function needsAncestors({ values, versions, metadata }: Put): boolean {
  const counters = (metadata as { counters_since_delta_snapshot?: object })
    .counters_since_delta_snapshot;
  return Object.keys(counters ?? {}).some(
    (channel) => Object.hasOwn(versions, channel) && !Object.hasOwn(values, channel),
  );
}

function parentRemoved(): ConflictError {
  return new ConflictError(
    "WAYPOST_PARENT_REMOVED",
    "put stored nothing: the checkpoint that this one continues from was removed meanwhile, and with it what its delta channels are rebuilt from. Run again from a checkpoint that is there.",
  );
}
