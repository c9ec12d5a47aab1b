import { SerializationError } from "../errors/errors.js";
import type { Keyring } from "./keyring.js";
import { open, seal } from "./sealed.js";
import {
  areSealedPieces,
  type OpenedPieces,
  openPieces,
  sealEnd,
  sealPieces,
} from "./sealed-pieces.js";
import type { Place } from "./types.js";

export const PLAINTEXT_REFUSED =
  "The value is not encrypted; pass allowPlaintext: true to encrypt() to read such values while you migrate.";

const SUFFIX = "+aes";

/** What a sealed value holds: its bytes, or its pieces. */
export type Opened = { readonly type: string } & (
  | { readonly data: Uint8Array | string; readonly packed?: undefined }
  | OpenedPieces
);

/** Encrypts and decrypts the bytes of values, bound to their place. */
export class Sealer {
  readonly allowsPlaintext: boolean;
  readonly #keys: Keyring;

  constructor(keys: Keyring, allowsPlaintext: boolean) {
    this.#keys = keys;
    this.allowsPlaintext = allowsPlaintext;
  }

  /** Id of the key that encrypts. */
  get keyId(): string {
    return this.#keys.current.id;
  }

  /** The type of an encrypted value. */
  typeOf(type: string): string {
    return `${type}${SUFFIX}`;
  }

  seal(type: string, data: Uint8Array, place: Place | undefined): [string, Buffer] {
    return [this.typeOf(type), seal(data, this.#keys.current, type, known(place))];
  }

  /** @param type of the value before it is encrypted */
  sealPieces(type: string, pieces: readonly Buffer[], place: Place) {
    return sealPieces(pieces, this.#keys.current, type, place);
  }

  /** @param tags of the pieces that go before it */
  sealEnd(type: string, end: Buffer, tags: readonly string[], place: Place): Buffer {
    return sealEnd(end, tags, this.#keys.current, type, place);
  }

  /** @throws SerializationError if it can't be opened, or is not encrypted and may not be so */
  open(type: string, data: Uint8Array | string, place: Place | undefined): Opened {
    if (!type.endsWith(SUFFIX) || typeof data === "string") {
      if (this.allowsPlaintext) return { type, data };
      throw new SerializationError(PLAINTEXT_REFUSED);
    }
    const inner = type.slice(0, -SUFFIX.length);
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    if (areSealedPieces(bytes)) {
      return { type: inner, ...openPieces(bytes, this.#keys, inner, known(place)) };
    }
    return { type: inner, data: open(bytes, this.#keys, inner, known(place)) };
  }
}

function known(place: Place | undefined): Place {
  if (place !== undefined) return place;
  throw new SerializationError(
    "encrypt() needs a saver of Waypost, which tells it the place of each value.",
  );
}
