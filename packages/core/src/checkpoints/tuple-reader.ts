import type { CheckpointTuple } from "@langchain/langgraph-checkpoint";
import type { NamespaceKey } from "../input/config.js";
import { type PieceForm, pieceFormOf } from "../serializer/piece-form.js";
import type { Serializer, ValuePlace } from "../serializer/types.js";
import { decode, unwrap } from "../serializer/values.js";
import { bufferOf, own } from "../sharing/bytes.js";
import type { KnownValue } from "../sharing/plan.js";
import { intact, segmentBytes } from "../sharing/segments.js";
import type { KnownBlob, PartKey } from "../sql/read/list.js";
import {
  type BlobKey,
  type BlobRow,
  type CheckpointRow,
  ofKind,
  type SendRow,
  type TupleRow,
  type WriteRow,
} from "../sql/read/rows.js";
import type { KnownValues } from "./lru-cache.js";
import { Parts } from "./parts.js";
import { knownPieces } from "./piece-plan.js";
import {
  type Asked,
  describe,
  groupBy,
  placeOfValue,
  storedData,
  type TupleParts,
  toTuple,
} from "./rows.js";

type Value = { readonly value: unknown };

interface Blob {
  readonly key: BlobKey;
  readonly putId: string | undefined;
  /** What was read until it is needed, then its value: each is decoded once, and only if needed. */
  stored: BlobRow | KnownValue | undefined;
  value: Promise<Value> | undefined;
}

/** The rows of one read, in order: its checkpoints and all that belongs to them. */
export class TupleReader {
  readonly checkpoints: readonly CheckpointRow[];
  /** Size of what this read makes up, for choosing the size of the next. */
  readonly bytes: number;
  /** The values as they are stored, by channel, of those that were needed. */
  readonly stored = new Map<string, KnownValue>();
  readonly #serde: Serializer;
  readonly #form: PieceForm | undefined;
  readonly #parts: Parts;
  readonly #blobs = new Map<string, Blob>();
  /** Those that the reader held before, and that are stored as it held them. */
  readonly #known: ReadonlySet<string>;
  readonly #inherited: ReadonlyMap<string, Blob>;
  readonly #writes: ReadonlyMap<string, readonly WriteRow[]>;
  readonly #sends: ReadonlyMap<string, readonly SendRow[]>;

  /**
   * @param previous the page before, whose blobs this read was told not to fetch again; only what this
   *   page uses of them is kept
   * @param isSameSnapshot whether both saw the database at one moment, so that no blob has to be confirmed
   */
  constructor(
    rows: readonly TupleRow[],
    serde: Serializer,
    previous?: TupleReader,
    isSameSnapshot = false,
  ) {
    this.#serde = serde;
    this.#form = pieceFormOf(serde);
    this.#parts = new Parts(
      ofKind(rows, "part"),
      previous === undefined ? undefined : previous.#parts,
    );
    this.#known = new Set(ofKind(rows, "known").map(idOf));
    const isKnown = ([id]: [string, Blob]) => isSameSnapshot || this.#known.has(id);
    this.#inherited = new Map(previous === undefined ? [] : [...previous.#blobs].filter(isKnown));
    this.checkpoints = ofKind(rows, "checkpoint").sort((a, b) => a.position - b.position);
    this.#writes = groupBy(ofKind(rows, "write"), idOfCheckpoint);
    this.#sends = groupBy(ofKind(rows, "send"), (send) =>
      idOfCheckpoint({ ...send, checkpointId: send.receiverId }),
    );
    for (const row of ofKind(rows, "blob")) {
      const { putId } = row;
      this.#blobs.set(idOf(row), { key: keyOf(row), putId, stored: row, value: undefined });
    }
    this.bytes = rows.reduce((sum, row) => sum + sizeOf(row), 0);
  }

  /** Adds values of a namespace, by channel, that the read found to be stored as the reader holds them. */
  add({ threadId, checkpointNs }: NamespaceKey, values: KnownValues): void {
    for (const [channel, stored] of values) {
      const key = { threadId, checkpointNs, channel, version: stored.version };
      const id = idOf(key);
      const { putId } = stored;
      if (this.#known.has(id)) this.#blobs.set(id, { key, putId, stored, value: undefined });
    }
  }

  /** The blobs this page holds, which the reader of the next page need not fetch again. */
  get known(): KnownBlob[] {
    return [...this.#blobs.values()].flatMap(({ key, putId }) =>
      putId === undefined ? [] : [{ ...key, putId }],
    );
  }

  /** The same of bytes that values share. */
  get knownParts(): PartKey[] {
    return this.#parts.known;
  }

  /** @throws SerializationError naming thread, checkpoint and channel of an unreadable value */
  tuple(
    checkpoint: CheckpointRow,
    asked: Asked,
    nextVersion: () => number,
  ): Promise<CheckpointTuple> {
    const parts: TupleParts = {
      checkpoint,
      writes: this.#writes.get(idOfCheckpoint(checkpoint)) ?? [],
      sends: this.#sends.get(idOfCheckpoint(checkpoint)) ?? [],
      value: async (channel, version) => this.#value(checkpoint, channel, version),
    };
    return toTuple(parts, this.#serde, asked, nextVersion);
  }

  #value(checkpoint: CheckpointRow, channel: string, version: string): Promise<Value> | undefined {
    const id = idOf({ ...checkpoint, channel, version });
    const blob = this.#blobs.get(id) ?? this.#inherited.get(id);
    if (blob === undefined) return undefined;
    this.#blobs.set(id, blob);
    if (blob.stored !== undefined) {
      const decoded = this.#decode(blob.stored, blob.key, checkpoint.checkpointId);
      blob.value = decoded.then((value) => ({ value }));
      blob.stored = undefined;
    }
    return blob.value;
  }

  async #decode(
    stored: BlobRow | KnownValue,
    key: BlobKey,
    checkpointId: string,
  ): Promise<unknown> {
    const where = describe(key, checkpointId, key.threadId);
    const place = placeOfValue(key);
    const known = "kind" in stored ? await this.#valueOf(stored, where, place) : stored;
    this.stored.set(key.channel, known);
    const serde = this.#form?.plain ?? this.#serde;
    // What was stored as text, its serializer may take as bytes only.
    const data = serde.jsonIsText ? known.data : bufferOf(known.data);
    return decode(serde, known.type, own(data), where, place);
  }

  async #valueOf(row: BlobRow, where: string, place: ValuePlace): Promise<KnownValue> {
    const { type, version, putId } = row;
    const data = storedData(row, this.#parts, row.threadId, where);
    if (this.#form !== undefined) {
      const unwrapped = await unwrap(this.#form, type, data, where, place);
      return { version, putId, ...knownPieces(unwrapped, intact(row.segments)) };
    }
    const segments = intact(row.segments);
    const tail = typeof row.data === "string" ? { tail: row.data.length } : undefined;
    return { type, version, putId, data, segments, end: segments?.at(-1)?.to, ...tail };
  }
}

function keyOf({ threadId, checkpointNs, channel, version }: BlobKey): BlobKey {
  return { threadId, checkpointNs, channel, version };
}

function idOf({ threadId, checkpointNs, channel, version }: BlobKey): string {
  return JSON.stringify([threadId, checkpointNs, channel, version]);
}

function idOfCheckpoint(
  row: Pick<CheckpointRow, "threadId" | "checkpointNs" | "checkpointId">,
): string {
  return JSON.stringify([row.threadId, row.checkpointNs, row.checkpointId]);
}

/** Of an incremental value all of it: that is what is held in memory, however little was fetched. */
function sizeOf(row: TupleRow): number {
  switch (row.kind) {
    case "checkpoint":
      return row.checkpoint.length;
    case "blob":
      return segmentBytes(row.segments) + row.data.length;
    case "write":
    case "send":
      return row.data.length;
    case "known":
    case "part":
      return 0;
  }
}
