import type { NamespaceKey } from "../input/config.js";
import { type PieceForm, pieceFormOf, type Unwrapped } from "../serializer/piece-form.js";
import { MAX_PIECES_BYTES, MAX_RANGES } from "../serializer/pieces.js";
import type { Serializer, ValuePlace } from "../serializer/types.js";
import { encode, type StoredValue } from "../serializer/values.js";
import { bufferOf } from "../sharing/bytes.js";
import { type Composition, compose, composeNew, MIN_INCREMENTAL } from "../sharing/compose.js";
import { findPieces } from "../sharing/gather.js";
import { bytesIn, extentsOf, placePieces, sizeOf } from "../sharing/pieces.js";
import {
  type IncrementalValue,
  type KnownPieces,
  type KnownValue,
  MAX_SEGMENTS,
} from "../sharing/plan.js";
import { lengthOf, type Segment, STREAM_BYTES } from "../sharing/segments.js";
import type { BlobRow } from "../sql/write/put.js";
import { placeOfValue } from "./rows.js";

/** As `encode`; what can share with another version stays plain until it is compared. */
export async function encodeComparable(
  serde: Serializer,
  value: unknown,
  where: string,
  place: ValuePlace,
): Promise<StoredValue> {
  const form = pieceFormOf(serde);
  if (form === undefined) return encode(serde, value, where, place);
  const plain = await encode(form.plain, value, where);
  const row = notWrapped(plain);
  return dataOf(plain).length < MIN_INCREMENTAL ? wrap(form, row, place) : row;
}

/** A value whose bytes are made when they are needed. */
export const notWrapped = (plain: Omit<StoredValue, "plain">): StoredValue => ({
  ...{ type: plain.type, text: null, bytes: null, plain },
});

export const dataOf = ({ text, bytes }: Pick<StoredValue, "text" | "bytes">): string | Uint8Array =>
  text ?? bytes ?? "";

async function wrap<Row extends StoredValue>(
  form: PieceForm,
  row: Row,
  place: ValuePlace,
): Promise<Row> {
  if (row.plain === undefined || row.bytes !== null) return row;
  const [type, bytes] = await form.wrap(row.plain.type, bufferOf(dataOf(row.plain)), place);
  return { ...row, type, bytes };
}

/** Makes the bytes of all rows that were left plain. */
export async function wrapAll(
  serde: Serializer,
  key: NamespaceKey,
  rows: readonly BlobRow[],
): Promise<readonly BlobRow[]> {
  const form = pieceFormOf(serde);
  if (form === undefined) return rows;
  return Promise.all(rows.map((row) => wrap(form, row, placeOfValue({ ...key, ...row }))));
}

/** What has to be known of a value that was read to share with it. */
export function knownPieces(
  { type, data, pieces }: Unwrapped,
  segments: readonly Segment[] | undefined,
): Omit<KnownValue, "version"> {
  if (segments === undefined || pieces === undefined) return { type, data, segments };
  const extents = extentsOf(segments, pieces.stored, pieces.ranges);
  if (extents === undefined) return { type, data, segments };
  const tail = typeof data === "string" ? { tail: pieces.tail.toString().length } : undefined;
  const streamEnds = segments.map(({ to }) => to);
  return { type, data, segments, pieces: { form: pieces.form, extents, streamEnds }, ...tail };
}

/** How to store a value in pieces, and what has to be known of it to share with it. */
export interface PiecePlan extends IncrementalValue {
  /** What it shares with; without segments where it shares nothing. */
  readonly base: KnownValue;
  readonly pieces: KnownPieces;
  /** How many characters its tail has, if it is text. */
  readonly tailCharacters: number;
}

/**
 * How to store a value piece by piece by what its plain form shares with another; undefined where it is
 * better stored in one, as `planIncremental` says.
 *
 * @param value the plain form
 */
export async function planPieces(
  form: PieceForm,
  known: KnownValue,
  { type, data }: Pick<KnownValue, "type" | "data">,
  place: ValuePlace,
): Promise<PiecePlan | undefined> {
  const base = extensible(known, form.nameOf(type));
  const head = bytesIn(base.pieces?.extents ?? []);
  const composition = compose({ ...base, head }, type, data);
  if (composition === undefined) return undefined;
  const target = { form, type, data, place };
  return (
    (await storePieces(target, base, composition)) ??
    (await storePieces(target, alone(base), composeNew(composition, data)))
  );
}

/** A value of which its pieces have more than this times its bytes is written anew. */
const MAX_UNUSED = 2;

interface Target {
  readonly form: PieceForm;
  readonly type: string;
  readonly data: string | Uint8Array;
  readonly place: ValuePlace;
}

/** @returns undefined where the value would lie in too many pieces, or have too little of them */
async function storePieces(
  { form, type, data, place }: Target,
  base: KnownValue,
  composition: Composition,
): Promise<PiecePlan | undefined> {
  const { pieces } = base;
  const { tail } = composition;
  const found = findPieces(composition, pieces?.extents ?? [], data);
  const size = sizeOf(found);
  if (size > Math.min(MAX_UNUSED * Buffer.byteLength(data), MAX_PIECES_BYTES)) return undefined;
  const wrapped = await Promise.all(
    found.map((one) => ("piece" in one ? one : form.wrapPieces(type, one, size, place))),
  );
  const placed = placePieces(wrapped, pieces?.streamEnds ?? []);
  const { segments, parts, ends, extents, streamEnds, ranges, tags } = placed;
  if (segments.length > MAX_SEGMENTS || ranges.length > MAX_RANGES) return undefined;
  if (lengthOf(segments) > STREAM_BYTES) return undefined;
  return {
    ...{ base, segments, parts, ends },
    pieces: { form: form.nameOf(type), extents, streamEnds },
    tail: form.wrapEnd(type, { ranges, tail, tags }, place),
    tailCharacters: tail.toString().length,
  };
}

/** Nothing can be added to a value that is stored otherwise. */
const extensible = (known: KnownValue, form: string): KnownValue =>
  known.segments !== undefined && known.pieces?.form === form ? known : alone(known);

const alone = (known: KnownValue): KnownValue => ({
  ...known,
  ...{ segments: undefined, pieces: undefined },
});
