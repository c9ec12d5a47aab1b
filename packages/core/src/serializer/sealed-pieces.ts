import { createHash } from "node:crypto";
import { cutOff, decrypt, type Encrypted, encrypt, encryptedAt } from "./cipher.js";
import type { Key, Keyring } from "./keyring.js";
import type { Packed } from "./pieces.js";
import { associatedData, openAs, parseSealed, placeData, sealAs, versionOf } from "./sealed.js";
import type { Place } from "./types.js";

// A value in pieces is its sealed pieces, each as follows, and behind them its end, as `sealed.ts` has it:
//
//   1  2
//   2  c, length of the ciphertext
//  12  nonce, random
//   c  ciphertext
//  16  tag
//
// The end is bound to the version and to the tags of all pieces in their order. So no piece can be left out,
// repeated, or exchanged for one that another version has, or had, at its place.
const PIECES = 2;
const START = 3;

/** A sealed piece among others. */
export interface SealedPiece {
  /** How many bytes it takes. */
  readonly stored: number;
  /** Tells it from all others, as Latin-1. */
  readonly tag: string;
}

/** What a piece is bound to: versions of a channel share pieces, so it names none. */
function channelData(key: Key, type: string, { threadId, checkpointNs, channel }: Place): Buffer {
  const fields = [`waypost ${PIECES}`, key.id, type, "piece", threadId, checkpointNs, channel];
  return associatedData(fields);
}

export function sealPieces(
  pieces: readonly Buffer[],
  key: Key,
  type: string,
  place: Place,
): (SealedPiece & { readonly bytes: Buffer })[] {
  const data = channelData(key, type, place);
  return pieces.map((piece) => {
    const { nonce, ciphertext, tag } = encrypt(piece, key, data);
    const start = Buffer.alloc(START);
    start.writeUInt8(PIECES);
    start.writeUInt16BE(ciphertext.length, 1);
    const bytes = Buffer.concat([start, nonce, ciphertext, tag]);
    return { bytes, stored: bytes.length, tag: tag.toString("latin1") };
  });
}

/** @param tags of all pieces of the value, in their order */
export function sealEnd(
  end: Buffer,
  tags: readonly string[],
  key: Key,
  type: string,
  place: Place,
): Buffer {
  return sealAs(PIECES, end, key, endData(tags, key, type, place));
}

function endData(tags: readonly string[], key: Key, type: string, place: Place): Buffer {
  const digest = createHash("sha256").update(tags.join(""), "latin1").digest("base64");
  return placeData(PIECES, key, type, place, digest);
}

export const areSealedPieces = (bytes: Buffer): boolean =>
  bytes[0] === PIECES || versionOf(bytes) === PIECES;

/** What a sealed value in pieces holds. */
export interface OpenedPieces {
  readonly packed: Packed;
  readonly pieces: readonly SealedPiece[];
  /** Id of the key that encrypted them. */
  readonly keyId: string;
}

/** @throws SerializationError that says why they can't be opened */
export function openPieces(bytes: Buffer, keys: Keyring, type: string, place: Place): OpenedPieces {
  const encrypted: Encrypted[] = [];
  const pieces: SealedPiece[] = [];
  let at = 0;
  while (bytes[at] === PIECES) {
    if (bytes.length < at + START) throw cutOff();
    const one = encryptedAt(bytes, at + START, bytes.readUInt16BE(at + 1));
    encrypted.push(one);
    pieces.push({ stored: one.end - at, tag: one.tag.toString("latin1") });
    at = one.end;
  }
  if (at === bytes.length) throw cutOff();
  const sealedEnd = parseSealed(PIECES, bytes.subarray(at), keys);
  const { key } = sealedEnd;
  const tags = pieces.map(({ tag }) => tag);
  const end = openAs(sealedEnd, endData(tags, key, type, place));
  const data = channelData(key, type, place);
  const opened = encrypted.map((one) => decrypt(one, key, data));
  return { pieces, keyId: key.id, packed: { pieces: opened, end } };
}
