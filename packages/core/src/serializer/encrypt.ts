import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import { InvalidInputError, SerializationError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import { type EncryptionKey, Keyring } from "./keyring.js";
import { open, seal } from "./sealed.js";
import { checkSerializer, type Place, type Serializer } from "./types.js";

/** Options of `encrypt()`. */
export interface EncryptOptions {
  /**
   * One key or more. The first encrypts, all decrypt. To rotate, add the new key at the end in all
   * processes, then move it to the front, and keep the old keys.
   */
  keys: readonly EncryptionKey[];
  /**
   * Whether to read values that were stored without encryption. Anyone who can write to the tables can
   * then pass off values as yours, so remove the option after a migration. Default false.
   */
  allowPlaintext?: boolean;
}

export const PLAINTEXT_REFUSED =
  "The value is not encrypted; pass allowPlaintext: true to encrypt() to read such values while you migrate.";

const KEYS: OptionKeys<EncryptOptions> = { keys: true, allowPlaintext: true };

const SUFFIX = "+aes";

/**
 * Wraps a serializer, and encrypts its bytes with AES-256-GCM. Each value is bound to its place: it can't
 * be decrypted after its row was moved to another thread, namespace, channel, version or write. The
 * stored type ends with `+aes`. Ids, names and metadata stay in clear.
 *
 * @param serde the serializer to wrap; to compress as well, `encrypt(compress(serde), { keys })`
 * @param options the keys
 * @throws InvalidInputError if it, a key or an option can't be used
 */
export function encrypt(serde: SerializerProtocol, options: EncryptOptions): Serializer {
  assertKeys(options, "encrypt()", KEYS);
  const { keys, allowPlaintext = false } = options;
  checkSerializer(serde, "The first argument of encrypt()");
  if (typeof allowPlaintext !== "boolean") {
    throw new InvalidInputError('The option "allowPlaintext" must be true or false.');
  }
  return new EncryptingSerializer(serde, new Keyring(keys), allowPlaintext);
}

class EncryptingSerializer implements Serializer {
  readonly plaintext: "refused" | "allowed";
  readonly #serde: Serializer;
  readonly #keys: Keyring;

  constructor(serde: Serializer, keys: Keyring, allowPlaintext: boolean) {
    this.plaintext = allowPlaintext ? "allowed" : "refused";
    this.#serde = serde;
    this.#keys = keys;
  }

  get jsonIsText(): boolean {
    return this.#serde.jsonIsText === true;
  }

  async dumpsTyped(value: unknown, place?: Place): Promise<[string, Uint8Array]> {
    const [type, data] = await this.#serde.dumpsTyped(value, place);
    return [`${type}${SUFFIX}`, seal(data, this.#keys.current, type, known(place))];
  }

  async loadsTyped(type: string, data: Uint8Array | string, place?: Place): Promise<unknown> {
    if (type.endsWith(SUFFIX) && typeof data !== "string") {
      const inner = type.slice(0, -SUFFIX.length);
      const plain = open(data, this.#keys, inner, known(place));
      return this.#serde.loadsTyped(inner, plain, place);
    }
    if (this.plaintext === "allowed") return this.#serde.loadsTyped(type, data, place);
    throw new SerializationError(PLAINTEXT_REFUSED);
  }
}

function known(place: Place | undefined): Place {
  if (place !== undefined) return place;
  throw new SerializationError(
    "encrypt() needs a saver of Waypost, which tells it the place of each value.",
  );
}
