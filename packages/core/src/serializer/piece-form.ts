import { isUtf8 } from "node:buffer";
import { processWide } from "../driver/process-wide.js";
import { type Compressor, type Decompressed, splitType } from "./compressor.js";
import { type ByteRange, joinPacked, packEnd, packPiece, type Unpacked, unpack } from "./pieces.js";
import type { SealedPiece } from "./sealed-pieces.js";
import type { Opened, Sealer } from "./sealer.js";
import type { Place, Serializer } from "./types.js";

/** A serializer of ours, and what is done to the bytes that it makes. */
export interface Form {
  readonly plain: Serializer;
  readonly compressor?: Compressor;
  readonly sealer?: Sealer;
}

/** Those of serializers that users pass, who may have them of another copy of this package. */
const forms = processWide("piece-forms", () => new WeakMap<object, Form>());

export function register(serde: Serializer, form: Form): void {
  forms.set(serde, form);
}

/** Undefined of serializers that are not made of ours only. */
export const formOf = (serde: object): Form | undefined => forms.get(serde);

/** The same of a serializer whose bytes have nothing in common from one version to the next. */
export function pieceFormOf(serde: object): PieceForm | undefined {
  const form = formOf(serde);
  return form?.compressor || form?.sealer ? new PieceForm(form) : undefined;
}

/** A piece of a value as it is stored. */
export interface StoredPiece {
  /** How many bytes it takes. */
  readonly stored: number;
  /** How many bytes it stands for. */
  readonly plain: number;
  /** Tells an encrypted piece from all others. */
  readonly tag: string;
}

/** A piece that is to be stored. */
export interface NewPiece extends StoredPiece {
  readonly bytes: Buffer;
}

/** A value as the plain serializer made it. */
export interface Unwrapped {
  readonly type: string;
  readonly data: string | Uint8Array;
  /** Of a value in pieces. */
  readonly pieces?: {
    /** What they have in common, as `nameOf` says. */
    readonly form: string;
    readonly stored: readonly StoredPiece[];
    readonly ranges: readonly ByteRange[];
    readonly tail: Buffer;
  };
}

/** How values are compressed, encrypted, or both: in one, or piece by piece. */
export class PieceForm {
  /** Makes the bytes that are compared. */
  readonly plain: Serializer;
  readonly #compressor: Compressor | undefined;
  readonly #sealer: Sealer | undefined;

  constructor({ plain, compressor, sealer }: Form) {
    this.plain = plain;
    this.#compressor = compressor;
    this.#sealer = sealer;
  }

  /** The type of a value in pieces. */
  typeOf(type: string): string {
    const inner = this.#innerType(type);
    return this.#sealer?.typeOf(inner) ?? inner;
  }

  /**
   * What the pieces of one value have in common. Versions that are stored after a change of keys share nothing
   * with those before: the old key is then needed only as long as these are kept.
   */
  nameOf(type: string): string {
    return nameOf(this.typeOf(type), this.#sealer?.keyId);
  }

  /** Makes the stored form of a value in one. */
  async wrap(type: string, data: Uint8Array, place: Place): Promise<[string, Uint8Array]> {
    const [inner, bytes] = (await this.#compressor?.compressValue(type, data)) ?? [type, data];
    return this.#sealer?.seal(inner, bytes, place) ?? [inner, bytes];
  }

  /**
   * Makes the stored form of some pieces.
   *
   * @param size of all pieces of the value; too many are not compressed, as they could not be read
   */
  async wrapPieces(
    type: string,
    pieces: readonly Buffer[],
    size: number,
    place: Place,
  ): Promise<NewPiece[]> {
    const codec = size <= (this.#compressor?.maxSize ?? 0) ? this.#compressor : undefined;
    const packed = await Promise.all(pieces.map((piece) => packPiece(piece, codec)));
    const sealed = this.#sealer?.sealPieces(this.#innerType(type), packed, place);
    const stored = sealed ?? packed.map((bytes) => ({ bytes, stored: bytes.length, tag: "" }));
    return stored.map((piece, i) => ({ ...piece, plain: (pieces[i] as Buffer).length }));
  }

  /** Makes the stored form of what comes behind the pieces of a value. */
  wrapEnd(
    type: string,
    { ranges, tail, tags }: { ranges: readonly ByteRange[]; tail: Buffer; tags: readonly string[] },
    place: Place,
  ): Buffer {
    const end = packEnd(ranges, tail);
    return this.#sealer?.sealEnd(this.#innerType(type), end, tags, place) ?? end;
  }

  /** @throws SerializationError if it can't be read */
  async unwrap(type: string, data: string | Uint8Array, place: Place): Promise<Unwrapped> {
    const opened: Opened = this.#sealer?.open(type, data, place) ?? { type, data };
    if (opened.packed === undefined) {
      const { type: outer, data: bytes } = opened;
      const decompressed = await this.#compressor?.decompressValue(outer, bytes);
      const plain: Decompressed = decompressed ?? { type: outer, data: bytes };
      if (plain.unpacked) return fromPieces(plain.type, plain.unpacked, nameOf(type));
      return { type: plain.type, data: asText(plain.type, plain.data) };
    }
    const [inner, algorithm] = splitType(opened.type);
    const codec = algorithm && this.#compressor;
    const isUnknown = algorithm !== undefined && codec === undefined;
    if (isUnknown) return { type: opened.type, data: joinPacked(opened.packed) };
    const unpacked = await unpack(opened.packed, codec);
    return fromPieces(inner, unpacked, nameOf(type, opened.keyId), opened.pieces);
  }

  #innerType(type: string): string {
    return this.#compressor?.typeOf(type) ?? type;
  }
}

const nameOf = (type: string, keyId?: string): string => JSON.stringify([type, keyId]);

function fromPieces(
  type: string,
  { value, sizes, ranges, tail }: Unpacked,
  form: string,
  sealed?: readonly SealedPiece[],
): Unwrapped {
  const stored = sizes.map((size, i) => ({ tag: "", ...size, ...sealed?.[i] }));
  return { type, data: asText(type, value), pieces: { form, stored, ranges, tail } };
}

/** JSON of ours is compared and read as text; what is none is told of when it is read. */
function asText(type: string, data: string | Uint8Array): string | Uint8Array {
  if (type !== "json" || typeof data === "string" || !isUtf8(data)) return data;
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString();
}
