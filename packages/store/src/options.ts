import {
  assertKeys,
  assertText,
  type CheckedConnection,
  CONNECTION_KEYS,
  type ConnectionOptions,
  checkConnection,
  InvalidInputError,
  type OptionKeys,
} from "@waypost/core/adapter";
import { type CheckedIndex, type IndexOptions, indexOf } from "./input/index-options.js";
import { type CheckedTtl, type TtlOptions, ttlOf } from "./input/ttl.js";

/** Options of every store. Unknown options are refused with an `InvalidInputError`. */
export interface StoreOptions extends ConnectionOptions {
  /** How long items live. Default: forever. */
  ttl?: TtlOptions;
  /** How texts become vectors, which `search` with `query` finds by meaning. Needs pgvector. Default: none. */
  index?: IndexOptions;
  /**
   * The text search configuration of Postgres by which words are told and reduced to their stems. Default
   * `"english"`.
   */
  textSearchLanguage?: string;
}

export interface CheckedOptions extends CheckedConnection {
  readonly ttl: CheckedTtl;
  readonly index: CheckedIndex | undefined;
  readonly language: string;
}

/** The options that all stores have. */
export const STORE_KEYS: OptionKeys<StoreOptions> = {
  ...CONNECTION_KEYS,
  ttl: true,
  index: true,
  textSearchLanguage: true,
};

/** What an adapter tells beside the options of the store. */
export interface StoreAdapterOptions {
  /** The options that its stores have. Default: those that all have. */
  readonly keys?: Readonly<Record<string, true>>;
  /** What to use in place of an option that its stores do not have. */
  readonly instead?: Readonly<Record<string, string>>;
  /** What its constructor was passed beyond the client and the options, which is refused. */
  readonly further?: readonly unknown[];
}

/** Options of the official store, by their names there. */
const INSTEAD = {
  connectionOptions: "fromConnString(uri)",
  ensureTables: "await store.setup()",
};

/** @throws InvalidInputError naming the option and what to pass */
export function checkOptions(
  options: StoreOptions = {},
  { keys = STORE_KEYS, instead = {}, further = [] }: StoreAdapterOptions = {},
): CheckedOptions {
  assertKeys(options, "the store", keys, { ...INSTEAD, ...instead });
  if (further.length > 0) {
    throw new InvalidInputError("The store takes two arguments: a client and its options.");
  }
  const { ttl, index, textSearchLanguage = "english" } = options;
  return {
    ...checkConnection(options),
    ttl: ttlOf(ttl),
    index: indexOf(index),
    language: assertText(textSearchLanguage, "textSearchLanguage"),
  };
}
