import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { SerializationError } from "../errors/errors.js";
import type { Key } from "./keyring.js";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What encryption adds to the bytes: nonce and tag. */
export interface Encrypted {
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

/** @param data what the bytes are bound to */
export function encrypt(plain: Uint8Array, key: Key, data: Buffer): Encrypted {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key.secret, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(data);
  const ciphertext = cipher.update(plain); // all of it: GCM keeps nothing back
  cipher.final();
  return { nonce, ciphertext, tag: cipher.getAuthTag() };
}

/** @throws SerializationError if the bytes were encrypted for something else, or changed */
export function decrypt({ nonce, ciphertext, tag }: Encrypted, key: Key, data: Buffer): Buffer {
  const decipher = createDecipheriv(CIPHER, key.secret, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(data);
  decipher.setAuthTag(tag);
  try {
    const plain = decipher.update(ciphertext);
    decipher.final();
    return plain;
  } catch {
    throw new SerializationError(
      "The value does not belong here: it was encrypted for another place or type, or its bytes were changed.",
    );
  }
}

/**
 * What lies at an offset: nonce, ciphertext and tag.
 *
 * @param length of the ciphertext
 * @throws SerializationError if the bytes end before it does
 */
export function encryptedAt(
  bytes: Buffer,
  offset: number,
  length: number,
): Encrypted & { readonly end: number } {
  const from = offset + NONCE_BYTES;
  const to = from + length;
  const end = to + TAG_BYTES;
  if (bytes.length < end) throw cutOff();
  const [nonce, ciphertext] = [bytes.subarray(offset, from), bytes.subarray(from, to)];
  return { nonce, ciphertext, tag: bytes.subarray(to, end), end };
}

export const cutOff = (): SerializationError =>
  new SerializationError("The encrypted bytes of the value are cut off, or some were added.");
