import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import { InvalidInputError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import { isCompressed } from "./compressor.js";
import { type EncryptionKey, Keyring } from "./keyring.js";
import { formOf, register } from "./piece-form.js";
import { joinPacked, unpack } from "./pieces.js";
import { type Opened, Sealer } from "./sealer.js";
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

const KEYS: OptionKeys<EncryptOptions> = { keys: true, allowPlaintext: true };

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
  const sealer = new Sealer(new Keyring(keys), allowPlaintext);
  const encrypting = new EncryptingSerializer(serde, sealer);
  const form = formOf(serde);
  if (form !== undefined && form.sealer === undefined) register(encrypting, { ...form, sealer });
  return encrypting;
}

class EncryptingSerializer implements Serializer {
  readonly #serde: Serializer;
  readonly #sealer: Sealer;

  constructor(serde: Serializer, sealer: Sealer) {
    this.#serde = serde;
    this.#sealer = sealer;
  }

  get plaintext(): "refused" | "allowed" {
    return this.#sealer.allowsPlaintext ? "allowed" : "refused";
  }

  get jsonIsText(): boolean {
    return this.#serde.jsonIsText === true;
  }

  async dumpsTyped(value: unknown, place?: Place): Promise<[string, Uint8Array]> {
    const [type, data] = await this.#serde.dumpsTyped(value, place);
    return this.#sealer.seal(type, data, place);
  }

  async loadsTyped(type: string, data: Uint8Array | string, place?: Place): Promise<unknown> {
    const opened = this.#sealer.open(type, data, place);
    return this.#serde.loadsTyped(opened.type, await bytesOf(opened), place);
  }
}

/** Pieces that are compressed are left to the serializer that compressed them. */
async function bytesOf(opened: Opened): Promise<Uint8Array | string> {
  if (opened.packed === undefined) return opened.data;
  if (isCompressed(opened.type)) return joinPacked(opened.packed);
  return (await unpack(opened.packed, undefined)).value;
}
