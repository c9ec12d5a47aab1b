import { Parts } from "../checkpoints/parts.js";
import { knownPieces, type PiecePlan, planPieces } from "../checkpoints/piece-plan.js";
import { placeOfValue } from "../checkpoints/rows.js";
import type { Driver, Queryable } from "../driver/driver.js";
import { InvalidInputError, SerializationError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import { assertProgress, assertSignal, threadIds } from "../input/maintenance.js";
import { takeLock } from "../locks/maintenance-lock.js";
import type { Storage } from "../schema/storage-setting.js";
import { pieceFormOf } from "../serializer/piece-form.js";
import type { Serializer } from "../serializer/types.js";
import { bufferOf } from "../sharing/bytes.js";
import { type IncrementalValue, type KnownValue, planIncremental } from "../sharing/plan.js";
import { intact, segmentsText } from "../sharing/segments.js";
import type { Catalogue } from "../sql/catalogue.js";
import { dataOf, type PartColumns, parsePart } from "../sql/read/parse.js";
import type { RewriteKey, RewriteRow } from "../sql/write/rewrite.js";
import { allThreads } from "./verify.js";

/** Which values `rewriteStorage` rewrites, and how it is observed and stopped. */
export interface RewriteOptions {
  /** Ids of the threads. Default: all threads. */
  readonly threadIds?: readonly string[];
  /** Stops after the current batch of 20 values; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after each thread. */
  readonly onProgress?: (soFar: Rewritten) => void;
}

/** What has been rewritten so far. */
export interface Rewritten {
  /** Threads that were looked at. */
  readonly threads: number;
  /** Values that are now stored in the other form. */
  readonly values: number;
}

const KEYS: OptionKeys<RewriteOptions> = { threadIds: true, signal: true, onProgress: true };

/** Values in one transaction. A run that continues from one of them waits until it ends. */
const BATCH = 20;

/**
 * Stores values that are there as the storage wants them, batch by batch. It may be interrupted at any
 * time and called again; every value can be read at any moment.
 *
 * @throws InvalidInputError naming the option and what to pass
 */
export async function rewrite(
  driver: Driver,
  sql: Catalogue,
  serde: Serializer,
  storage: Storage,
  options: RewriteOptions = {},
): Promise<Rewritten> {
  assertKeys(options, "rewriteStorage", KEYS);
  if (storage !== "incremental" && storage !== "full") {
    throw new InvalidInputError('The storage must be "incremental" or "full".');
  }
  const { signal, onProgress = () => {} } = options;
  assertSignal(signal);
  assertProgress(onProgress);
  const chosen = options.threadIds && threadIds(options.threadIds);
  let total: Rewritten = { threads: 0, values: 0 };
  for await (const threadId of chosen ?? allThreads(driver, sql)) {
    const values = await rewriteThread(driver, { sql, serde, threadId }, storage, signal);
    total = { threads: total.threads + 1, values: total.values + values };
    onProgress(total);
  }
  return total;
}

async function rewriteThread(
  driver: Driver,
  place: Omit<Thread, "tx">,
  storage: Storage,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { sql, threadId } = place;
  const keys = (await driver.query<RewriteKey>(sql.listRewritable(threadId))).sort(byVersion);
  let values = 0;
  let base: Base | undefined;
  for (let at = 0; at < keys.length; at += BATCH) {
    signal?.throwIfAborted();
    await driver.transaction(async (tx) => {
      await takeLock(tx, sql.takeMaintenanceLock(threadId, "wait"));
      const thread = { ...place, tx };
      base = base && (await stillStored(thread, base));
      for (const key of keys.slice(at, at + BATCH)) {
        const value = await readValue(thread, key);
        if (value === undefined) continue;
        const before = base && isSameChannel(base.key, key) ? base.value : undefined;
        const stored = await storeValue(thread, key, value, before, storage);
        if (stored !== value) values += 1;
        base = { key, value: stored };
      }
      if (storage === "full") await tx.query(sql.removeUnreferencedParts(threadId));
    });
  }
  return values;
}

interface Base {
  readonly key: RewriteKey;
  readonly value: RewritableValue;
}

/** A value as it is compared, and as it is stored, which differs where it is compressed or encrypted. */
interface RewritableValue extends KnownValue {
  readonly stored: { readonly type: string; readonly data: string | Uint8Array };
}

/**
 * The value before, if it is stored as it was: between two transactions it may have been removed, and with
 * it the bytes that the next one is to share.
 */
async function stillStored({ tx, sql, threadId }: Thread, base: Base): Promise<Base | undefined> {
  const [row] = await tx.query<RewriteRow>(sql.readRewritable(threadId, base.key));
  const { segments } = base.value;
  const expected = segments === undefined ? null : segmentsText(segments);
  return row?.segments === expected ? base : undefined;
}

interface Thread {
  readonly tx: Queryable;
  readonly sql: Catalogue;
  readonly serde: Serializer;
  readonly threadId: string;
}

/** @returns undefined where it was removed meanwhile, or is damaged, which `verify` tells */
async function readValue(thread: Thread, key: RewriteKey): Promise<RewritableValue | undefined> {
  const [row] = await thread.tx.query<RewriteRow>(thread.sql.readRewritable(thread.threadId, key));
  try {
    return row && (await knownValue(thread, key, row));
  } catch (error) {
    if (error instanceof SerializationError) return undefined;
    throw error;
  }
}

async function knownValue(
  { tx, sql, serde, threadId }: Thread,
  key: RewriteKey,
  row: RewriteRow,
): Promise<RewritableValue> {
  const { version } = key;
  const found = dataOf(row);
  const { type } = found;
  const segments = intact(found.segments);
  const rows = segments ? await tx.query<PartColumns>(sql.parts(threadId, segments)) : [];
  const parts = new Parts(rows.map((part) => parsePart(part, threadId)));
  const bytes = parts.valueOf(found, threadId);
  const form = pieceFormOf(serde);
  if (form !== undefined) {
    const unwrapped = await form.unwrap(type, bytes, placeOf(threadId, key));
    return { version, ...knownPieces(unwrapped, segments), stored: { type, data: bytes } };
  }
  const data = type === "json" ? textOf(bytes) : bytes;
  const stored = { type, data };
  return { version, ...stored, segments, end: segments?.at(-1)?.to, stored };
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text is shared by whole characters; JSON of other serializers may be no text. */
function textOf(data: string | Uint8Array): string | Uint8Array {
  if (typeof data === "string") return data;
  try {
    return UTF8.decode(data);
  } catch {
    return data;
  }
}

/** @returns the value as it is stored then: the same where nothing was to be done */
function storeValue(
  thread: Thread,
  key: RewriteKey,
  value: RewritableValue,
  before: KnownValue | undefined,
  storage: Storage,
): Promise<RewritableValue> {
  if (storage === "full") return storeFull(thread, key, value);
  return storeIncremental(thread, key, value, value.segments ? undefined : before);
}

/** Compressed or encrypted pieces are stored as they are, one after the other: that takes no key. */
async function storeFull(
  { tx, sql, serde, threadId }: Thread,
  key: RewriteKey,
  value: RewritableValue,
): Promise<RewritableValue> {
  const { type, data } = value.stored;
  const official = typeof data === "string" ? (serde.officialText?.(data) ?? data) : data;
  if (value.segments === undefined && official === data) return value;
  await tx.query(sql.rewriteFull(threadId, key, type, bufferOf(official)));
  const plain = pieceFormOf(serde) === undefined ? { data: official } : {};
  return { ...value, ...plain, segments: undefined, pieces: undefined };
}

async function storeIncremental(
  { tx, sql, serde, threadId }: Thread,
  key: RewriteKey,
  value: RewritableValue,
  before: KnownValue | undefined,
): Promise<RewritableValue> {
  const { type, data } = value;
  const form = pieceFormOf(serde);
  const plan =
    before &&
    (form === undefined
      ? planIncremental(before, type, data)
      : await planPieces(form, before, { type, data }, placeOf(threadId, key)));
  if (plan === undefined) return value;
  const storedType = form?.typeOf(type) ?? type;
  const rows = await tx.query(sql.rewriteIncremental(threadId, key, storedType, plan));
  return rows.length === 0 ? value : { ...value, ...knownAs(plan) };
}

/** What is known of a value that was stored so. */
function knownAs(plan: IncrementalValue | PiecePlan): Partial<KnownValue> {
  const { segments, end } = plan;
  if (!("pieces" in plan)) return { segments, end };
  return { segments, pieces: plan.pieces, tail: plan.tailCharacters };
}

const placeOf = (threadId: string, { namespace, channel, version }: RewriteKey) =>
  placeOfValue({ threadId, checkpointNs: namespace, channel, version });

const isSameChannel = (a: RewriteKey, b: RewriteKey): boolean =>
  a.namespace === b.namespace && a.channel === b.channel;

/** Channel by channel, as all who lock values, each in the order in which its versions were stored. */
function byVersion(a: RewriteKey, b: RewriteKey): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  if (a.channel !== b.channel) return a.channel < b.channel ? -1 : 1;
  return Number.parseFloat(a.version) - Number.parseFloat(b.version);
}
