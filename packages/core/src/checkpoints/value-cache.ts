import type { Queryable } from "../driver/driver.js";
import type { CheckpointKey, NamespaceKey } from "../input/config.js";
import type { Storage } from "../schema/storage-setting.js";
import type { PieceForm } from "../serializer/piece-form.js";
import { own } from "../sharing/bytes.js";
import { MIN_INCREMENTAL } from "../sharing/compose.js";
import { type KnownValue, planIncremental } from "../sharing/plan.js";
import type { Catalogue } from "../sql/catalogue.js";
import type { BlobRow, PutInput } from "../sql/write/put.js";
import type { IncrementalRow, PutIncrementalInput } from "../sql/write/put-incremental.js";
import { type KnownValues, LruCache } from "./lru-cache.js";
import { dataOf, notWrapped, planPieces } from "./piece-plan.js";
import { placeOfValue } from "./rows.js";

/** How values are stored may be switched at any time; this often the database is asked. */
const FULL_MS = 60_000;

type Values = Map<string, KnownValue>;
type Versions = Readonly<Record<string, unknown>>;

type Confirmable = KnownValue & { readonly putId: string };

/** Nothing can share with a row that may be another by now. */
const certain = (base: KnownValue): KnownValue =>
  base.putId === undefined ? { ...base, segments: undefined } : base;

/**
 * What a saver knows to be stored, so that it can read and store what is new. About how it is stored it
 * may be wrong: the statement finds out, stores nothing then, and the values are stored in full.
 */
export class ValueCache {
  readonly #cache: LruCache;
  readonly #sql: Pick<Catalogue, "getStorage">;
  readonly #form: PieceForm | undefined;
  #storage: Storage | undefined;
  #asked = 0;

  /**
   * @param maxBytes how much to remember
   * @param sql asks the database how it stores values
   * @param form how values are stored that are compressed or encrypted piece by piece
   */
  constructor(maxBytes: number, sql: Pick<Catalogue, "getStorage">, form?: PieceForm) {
    this.#cache = new LruCache(maxBytes);
    this.#sql = sql;
    this.#form = form;
  }

  /**
   * Values that need not be read again, if a checkpoint refers to them and the put that is known to have
   * stored them still is the one that did. Versions alone don't tell: another saver, or a thread that was
   * reset, may have another value under the same.
   */
  known(key: CheckpointKey): ReadonlyMap<string, Confirmable> {
    const values = new Map<string, Confirmable>();
    for (const [channel, value] of this.#cache.get(key) ?? []) {
      const { putId } = value;
      if (putId !== undefined) values.set(channel, { ...value, putId });
    }
    return values;
  }

  /** The values of a checkpoint that was read. */
  read(key: CheckpointKey, values: Iterable<readonly [string, KnownValue]>): void {
    this.#remember(key, new Map(values));
  }

  /** The same checkpoint, with those values planned that share enough with its parent's; undefined if none does. */
  async plan(input: PutInput): Promise<PutIncrementalInput | undefined> {
    const known = this.#of(input, input.parentId);
    if (known === undefined || !this.#isIncremental()) return undefined;
    const incremental = new Map<BlobRow, IncrementalRow>();
    for (const blob of input.blobs) {
      const remembered = known.get(blob.channel);
      if (remembered === undefined) continue;
      const row = await this.#planRow(input, blob, certain(remembered));
      if (row !== undefined) incremental.set(blob, row);
    }
    if (incremental.size === 0) return undefined;
    return {
      ...input,
      blobs: input.blobs.filter((blob) => !incremental.has(blob)),
      incremental: [...incremental.values()],
    };
  }

  async #planRow(
    key: NamespaceKey,
    blob: BlobRow,
    base: KnownValue,
  ): Promise<IncrementalRow | undefined> {
    const { channel, version, plain } = blob;
    if (this.#form !== undefined) {
      if (plain === undefined) return undefined;
      const place = placeOfValue({ ...key, channel, version });
      const value = { type: plain.type, data: dataOf(plain) };
      const plan = await planPieces(this.#form, base, value, place);
      return plan && { ...blob, ...plan, text: null, type: this.#form.typeOf(plain.type) };
    }
    const data = blob.text ?? blob.bytes;
    const plan = data === null ? undefined : planIncremental(base, blob.type, data);
    return plan && { ...blob, ...plan, base };
  }

  /** Rows of the values that the parent has under these versions, as far as they are remembered. */
  rows(key: NamespaceKey & { readonly parentId: string | null }, versions: Versions): BlobRow[] {
    return [...(this.#of(key, key.parentId) ?? [])].flatMap(
      ([channel, { version, type, data }]): BlobRow[] => {
        if (!Object.hasOwn(versions, channel) || String(versions[channel]) !== version) return [];
        const value =
          typeof data === "string"
            ? { type, text: data, bytes: null }
            : { type, text: null, bytes: data };
        const row = this.#form === undefined ? value : notWrapped(value);
        return [{ channel, version, ...row }];
      },
    );
  }

  /** Something is not as it was remembered: asks how values are stored. */
  async refused(session: Queryable): Promise<void> {
    const [row] = await session.query<{ storage: Storage }>(this.#sql.getStorage());
    this.#storage = row?.storage ?? "full";
    this.#asked = Date.now();
  }

  /** Whether values are stored for other savers to read; asks at most once a minute. */
  async isFull(session: Queryable): Promise<boolean> {
    if (this.#storage === undefined || Date.now() - this.#asked >= FULL_MS) {
      await this.refused(session);
    }
    return this.#storage === "full";
  }

  /** The database was told how to store values from now on. */
  changed(): void {
    this.#storage = undefined;
  }

  /**
   * What is stored now under a checkpoint's versions. Its parent is forgotten: the next checkpoint
   * continues from this one. Where a version was there before, the next statement finds that another put
   * stored it.
   */
  stored(input: PutInput, versions: Versions, incremental: readonly IncrementalRow[]): void {
    const values: Values = new Map();
    for (const [channel, value] of this.#of(input, input.parentId) ?? []) {
      if (String(versions[channel]) === value.version) values.set(channel, value);
    }
    if (input.parentId !== null) this.#cache.delete({ ...input, checkpointId: input.parentId });
    for (const { channel, version, plain, ...blob } of input.blobs) {
      const row = incremental.find((one) => one.channel === channel);
      const { type, text, bytes } = plain ?? blob;
      const data = text ?? bytes;
      values.delete(channel);
      if (data === null) continue;
      const tail = row && { tail: row.tailCharacters ?? row.tail.toString().length };
      const place = { segments: row?.segments, end: row?.end, pieces: row?.pieces, ...tail };
      values.set(channel, { version, putId: input.putId, type, data: own(data), ...place });
    }
    this.#remember(input, values);
  }

  #of(key: NamespaceKey, checkpointId: string | null): KnownValues | undefined {
    return checkpointId === null ? undefined : this.#cache.get({ ...key, checkpointId });
  }

  #remember(key: CheckpointKey, values: Values): void {
    for (const [channel, { data }] of values) {
      if (data.length < MIN_INCREMENTAL) values.delete(channel);
    }
    this.#cache.set(key, values);
  }

  /** Until it is told otherwise: the statement that shares makes sure of it. */
  #isIncremental(): boolean {
    return this.#storage !== "full" || Date.now() - this.#asked >= FULL_MS;
  }
}
