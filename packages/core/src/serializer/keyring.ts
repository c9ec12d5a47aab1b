import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { isUint8Array } from "node:util/types";
import { InvalidInputError } from "../errors/errors.js";

/** A key for `encrypt()`. */
export interface EncryptionKey {
  /** Stored in clear beside each value that the key encrypted, 1 to 255 bytes, such as `"2026-01"`. */
  id: string;
  /** 32 random bytes, for example of `crypto.randomBytes(32)`; not a password. */
  key: Uint8Array;
}

/** A key as it is used; Node's `KeyObject` shows nothing of it when it is printed or turned into JSON. */
export interface Key {
  readonly id: string;
  readonly secret: KeyObject;
  /** Tells a key from another of the same id; says nothing of it. */
  readonly check: Buffer;
}

const KEY_BYTES = 32;
export const CHECK_BYTES = 4;
const MAX_ID_BYTES = 255;

/** The keys by which values are encrypted and decrypted, copied from what the caller passed. */
export class Keyring {
  /** The one that encrypts. */
  readonly current: Key;
  readonly #byId: ReadonlyMap<string, Key>;

  /** @throws InvalidInputError naming the key that can't be used, never its bytes */
  constructor(keys: readonly EncryptionKey[]) {
    if (!Array.isArray(keys)) throw new InvalidInputError(HINT);
    const usable = keys.map(usableKey);
    const [current] = usable;
    if (current === undefined) throw new InvalidInputError(HINT);
    this.current = current;
    this.#byId = new Map(usable.map((key) => [key.id, key]));
    if (this.#byId.size < usable.length) {
      throw new InvalidInputError('Two keys in "keys" have the same id.');
    }
  }

  find(id: string): Key | undefined {
    return this.#byId.get(id);
  }
}

const HINT =
  'The option "keys" must be a list of at least one key, e.g. [{ id: "2026-01", key }], where key is 32 random bytes.';

function usableKey(given: EncryptionKey | null, index: number): Key {
  const { id, key } = given ?? ({} as Partial<EncryptionKey>);
  if (
    typeof id !== "string" ||
    id === "" ||
    !id.isWellFormed() ||
    Buffer.byteLength(id) > MAX_ID_BYTES
  ) {
    throw new InvalidInputError(
      `keys[${index}].id must be a string of 1 to ${MAX_ID_BYTES} bytes.`,
    );
  }
  if (!isUint8Array(key) || key.length !== KEY_BYTES) {
    throw new InvalidInputError(`keys[${index}].key must be a Uint8Array of ${KEY_BYTES} bytes.`);
  }
  const secret = createSecretKey(Uint8Array.from(key));
  const check = createHmac("sha256", secret).update("waypost key check").digest();
  return { id, secret, check: check.subarray(0, CHECK_BYTES) };
}
