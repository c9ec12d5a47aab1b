import { SerializationError } from "../errors/errors.js";
import { cutOff, decrypt, type Encrypted, encrypt, encryptedAt } from "./cipher.js";
import { CHECK_BYTES, type Key, type Keyring } from "./keyring.js";
import type { Place } from "./types.js";

// A sealed value, byte by byte (numbers are big-endian); docs/encryption.md has the same table:
//
//   4  "WPST"
//   1  version of this layout: 1 of a value in one, 2 of the end of one in pieces
//   1  n, length of the key's id
//   n  the key's id, UTF-8
//   4  check of the key
//   4  c, length of the ciphertext
//  12  nonce, random
//   c  ciphertext
//  16  tag
const MAGIC = Buffer.from("WPST");
const FIXED_START = MAGIC.length + 2;
const LENGTH_BYTES = 4;

/** Version of the layout of a value in one, and of what it is bound to. */
const WHOLE = 1;

/** @param type what the serializer said of the data, e.g. `json`; bound to it like the place */
export function seal(data: Uint8Array, key: Key, type: string, place: Place): Buffer {
  return sealAs(WHOLE, data, key, placeData(WHOLE, key, type, place));
}

/**
 * @returns the bytes that were sealed for this type and place
 * @throws SerializationError that says why they can't be opened
 */
export function open(sealed: Buffer, keys: Keyring, type: string, place: Place): Buffer {
  const parsed = parseSealed(WHOLE, sealed, keys);
  return openAs(parsed, placeData(WHOLE, parsed.key, type, place));
}

/** @param data what it is bound to, as `associatedData` makes it */
export function sealAs(version: number, plain: Uint8Array, key: Key, data: Buffer): Buffer {
  const id = Buffer.from(key.id);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(plain.length);
  const { nonce, ciphertext, tag } = encrypt(plain, key, data);
  const start = [MAGIC, Buffer.from([version, id.length]), id, key.check, length];
  return Buffer.concat([...start, nonce, ciphertext, tag]);
}

/** The parts of what `sealAs` made, with the key that sealed it. */
export interface Sealed extends Encrypted {
  readonly key: Key;
}

/** @throws SerializationError if it is cut off, or was sealed otherwise or by an unknown key */
export function parseSealed(version: number, bytes: Buffer, keys: Keyring): Sealed {
  if (versionOf(bytes) !== version) {
    throw new SerializationError(
      "The value was not encrypted by this version of Waypost. Values that Python's saver encrypted can't be read.",
    );
  }
  const idEnd = FIXED_START + (bytes[FIXED_START - 1] ?? 0);
  const checkEnd = idEnd + CHECK_BYTES;
  const lengthEnd = checkEnd + LENGTH_BYTES;
  if (bytes.length < lengthEnd) throw cutOff();
  const key = keyOf(
    bytes.toString("utf8", FIXED_START, idEnd),
    bytes.subarray(idEnd, checkEnd),
    keys,
  );
  const encrypted = encryptedAt(bytes, lengthEnd, bytes.readUInt32BE(checkEnd));
  if (encrypted.end !== bytes.length) throw cutOff();
  return { key, ...encrypted };
}

/** The version of the layout; undefined of what is not sealed. */
export const versionOf = (bytes: Buffer): number | undefined =>
  bytes.subarray(0, MAGIC.length).equals(MAGIC) ? bytes[MAGIC.length] : undefined;

/** @throws SerializationError if it was sealed for something else, or changed */
export function openAs({ key, ...encrypted }: Sealed, data: Buffer): Buffer {
  return decrypt(encrypted, key, data);
}

function keyOf(id: string, check: Buffer, keys: Keyring): Key {
  const key = keys.find(id);
  if (key === undefined) {
    throw new SerializationError(
      `The value was encrypted with the key ${JSON.stringify(id)}, which is not among "keys" of encrypt().`,
    );
  }
  if (!key.check.equals(check)) {
    throw new SerializationError(
      `The value was encrypted with another key that also has the id ${JSON.stringify(id)}.`,
    );
  }
  return key;
}

/** What a value is bound to. */
export function placeData(
  version: number,
  key: Key,
  type: string,
  place: Place,
  ...further: readonly string[]
): Buffer {
  const { kind, threadId, checkpointNs, channel } = place;
  const own =
    place.kind === "value"
      ? [place.version]
      : [place.checkpointId, place.taskId, String(place.idx)];
  const fields = [kind, threadId, checkpointNs, channel, ...own, ...further];
  return associatedData([`waypost ${version}`, key.id, type, ...fields]);
}

/** Every field has its length before it, so that no two lists look alike. */
export function associatedData(fields: readonly string[]): Buffer {
  return Buffer.concat(
    fields.flatMap((field) => {
      const text = Buffer.from(field);
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32BE(text.length);
      return [length, text];
    }),
  );
}
