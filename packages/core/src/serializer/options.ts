import { InvalidInputError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import type { LangChainClass } from "./classes.js";
import { LangChainClasses } from "./langchain.js";

/** A class, of which nothing but its objects is used. */
export type Constructor<T extends object = object> = abstract new (...args: never[]) => T;

/** A class of yours whose objects are stored, and read back as objects of the class. */
export interface SerializableClass<T extends object = object, Data = unknown> {
  /** Stored in each row. Keep it when you rename the class. */
  name: string;
  /** The class, of which `prototype` tells its objects. */
  class: Constructor<T>;
  /** Returns the data to store for an object: any value that can be stored itself. */
  toJSON(object: T): Data;
  /** Makes an object of the data that `toJSON` returned. */
  fromJSON(data: Data): T;
}

/** Options of `serializer()`. */
export interface SerializerOptions {
  /**
   * What happens to a value that can't be stored: a function, a symbol, a promise, a reference that leads
   * back, an object of an unknown class. `"refuse"` throws an error that names the place. `"drop"` leaves
   * out the value alone. `"plain"` stores objects of unknown classes as their `toJSON()`, as the class
   * they are derived from, or as their own fields, and leaves out the rest. Default `"refuse"`.
   */
  unsupported?: "refuse" | "drop" | "plain";
  /** Classes of yours. Default: none. */
  classes?: readonly SerializableClass[];
  /** Classes of LangChain beside messages and documents, such as `ChatPromptTemplate`. Default: none. */
  langchain?: readonly LangChainClass[];
  /** The largest size of one value as JSON, written or read, in bytes. Default 134,217,728 (128 MiB). */
  maxBytes?: number;
}

/** Deeper values are refused: what reads them takes a call for each level. */
export const MAX_DEPTH = 1000;
const MAX_BYTES = 128 * 1024 * 1024;

export interface CheckedSerializerOptions {
  readonly unsupported: "refuse" | "drop" | "plain";
  readonly byPrototype: ReadonlyMap<object, SerializableClass>;
  readonly byName: ReadonlyMap<string, SerializableClass>;
  readonly langchain: LangChainClasses;
  readonly maxBytes: number;
}

const KEYS: OptionKeys<SerializerOptions> = {
  unsupported: true,
  classes: true,
  langchain: true,
  maxBytes: true,
};

/** @throws InvalidInputError naming the option and what to pass */
export function checkSerializerOptions(options: SerializerOptions = {}): CheckedSerializerOptions {
  assertKeys(options, "serializer()", KEYS);
  const { unsupported = "refuse", classes = [], langchain = [], maxBytes = MAX_BYTES } = options;
  if (!["refuse", "drop", "plain"].includes(unsupported)) {
    throw new InvalidInputError('The option "unsupported" must be "refuse", "drop" or "plain".');
  }
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1) {
    throw new InvalidInputError('The option "maxBytes" must be a whole number above 0.');
  }
  if (!Array.isArray(classes) || !Array.isArray(langchain)) {
    throw new InvalidInputError('The options "classes" and "langchain" must be arrays.');
  }
  for (const registered of classes) checkClass(registered);
  if (!langchain.every((one) => typeof one === "function")) {
    throw new InvalidInputError('The option "langchain" must hold classes.');
  }
  const byName = new Map(classes.map((registered) => [registered.name, registered] as const));
  if (byName.size < classes.length) {
    throw new InvalidInputError('Two of the "classes" have the same name.');
  }
  const byPrototype = new Map(
    classes.map((registered) => [registered.class.prototype as object, registered] as const),
  );
  return { unsupported, byPrototype, byName, langchain: new LangChainClasses(langchain), maxBytes };
}

function checkClass(registered: Partial<SerializableClass> | null): void {
  const { name, class: registeredClass, toJSON, fromJSON } = registered ?? {};
  const functions = [registeredClass, toJSON, fromJSON];
  if (typeof name !== "string" || name === "" || !functions.every((f) => typeof f === "function")) {
    throw new InvalidInputError('Each of "classes" must be { name, class, toJSON, fromJSON }.');
  }
}
