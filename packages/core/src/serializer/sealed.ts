import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { SerializationError } from "../errors/errors.js";
import { CHECK_BYTES, type Key, type Keyring } from "./keyring.js";
import type { Place } from "./types.js";

// A sealed value, byte by byte (numbers are big-endian); docs/encryption.md has the same table:
//
//   4  "WPST"
//   1  version of this layout, 1
//   1  n, length of the key's id
//   n  the key's id, UTF-8
//   4  check of the key
//   4  c, length of the ciphertext
//  12  nonce, random for every value
//   c  ciphertext
//  16  tag
const MAGIC = Buffer.from("WPST");
const VERSION = 1;
const FIXED_START = MAGIC.length + 2;
const LENGTH_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";

/** @param type what the serializer said of the data, e.g. `json`; bound to it like the place */
export function seal(data: Uint8Array, key: Key, type: string, place: Place): Uint8Array {
  const id = Buffer.from(key.id);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(data.length);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key.secret, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(key, type, place));
  const ciphertext = [cipher.update(data), cipher.final()];
  const start = [MAGIC, Buffer.from([VERSION, id.length]), id, key.check, length, nonce];
  return Buffer.concat([...start, ...ciphertext, cipher.getAuthTag()]);
}

/**
 * @returns the bytes that were sealed for this type and place
 * @throws SerializationError that says why they can't be opened
 */
export function open(sealed: Uint8Array, keys: Keyring, type: string, place: Place): Uint8Array {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const { key, nonce, ciphertext, tag } = parse(bytes, keys);
  const decipher = createDecipheriv(CIPHER, key.secret, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(key, type, place));
  decipher.setAuthTag(tag);
  try {
    const plain = decipher.update(ciphertext); // all of it: GCM keeps nothing back
    decipher.final();
    return plain;
  } catch {
    throw new SerializationError(
      "The value does not belong here: it was encrypted for another place or type, or its bytes were changed.",
    );
  }
}

function parse(bytes: Buffer, keys: Keyring) {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC) || bytes[MAGIC.length] !== VERSION) {
    throw new SerializationError(
      "The value was not encrypted by this version of Waypost. Values that Python's saver encrypted can't be read.",
    );
  }
  const idEnd = FIXED_START + (bytes[FIXED_START - 1] ?? 0);
  const checkEnd = idEnd + CHECK_BYTES;
  const lengthEnd = checkEnd + LENGTH_BYTES;
  if (bytes.length < lengthEnd) throw new SerializationError(TRUNCATED);
  const key = keyOf(
    bytes.toString("utf8", FIXED_START, idEnd),
    bytes.subarray(idEnd, checkEnd),
    keys,
  );
  const textStart = lengthEnd + NONCE_BYTES;
  const textEnd = textStart + bytes.readUInt32BE(checkEnd);
  if (bytes.length !== textEnd + TAG_BYTES) throw new SerializationError(TRUNCATED);
  const nonce = bytes.subarray(lengthEnd, textStart);
  return {
    key,
    nonce,
    ciphertext: bytes.subarray(textStart, textEnd),
    tag: bytes.subarray(textEnd),
  };
}

const TRUNCATED = "The encrypted bytes of the value are cut off, or some were added.";

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

/** What a value is bound to. Every field has its length before it, so that no two lists look alike. */
function associatedData(key: Key, type: string, place: Place): Buffer {
  const { kind, threadId, checkpointNs, channel } = place;
  const own =
    place.kind === "value"
      ? [place.version]
      : [place.checkpointId, place.taskId, String(place.idx)];
  const fields = [
    `waypost ${VERSION}`,
    key.id,
    type,
    kind,
    threadId,
    checkpointNs,
    channel,
    ...own,
  ];
  return Buffer.concat(
    fields.flatMap((field) => {
      const text = Buffer.from(field);
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32BE(text.length);
      return [length, text];
    }),
  );
}
