import { SerializationError } from "../errors/errors.js";
import { builtinEncoder, foreignEncoder } from "./builtins.js";
import { isSerializable } from "./classes.js";
import { encodeDocument, isDocument } from "./documents.js";
import type { Encoder } from "./encoder.js";
import { encodeLangGraph, isLangGraph } from "./langgraph.js";
import { encodeMessage } from "./messages.js";
import { type CheckedSerializerOptions, MAX_DEPTH } from "./options.js";
import { pathStep, TO_JSON } from "./path.js";
import {
  isArguments,
  isArray,
  isItself,
  isMarker,
  isPlainOfAnotherRealm,
  symbolsOf,
} from "./plain.js";
import { DROPPED, MAX_DIGITS, OWN, record, UNDEFINED } from "./records.js";
import { encodeUnknown } from "./unknown.js";
import { Walk, type Walked } from "./walk.js";

/**
 * A value as JSON from which `decodeJson` makes an equal one.
 *
 * @param name what it is, if it is none that a serializer is asked to store
 * @throws SerializationError naming the path of what can't be stored
 */
export function encodeJson(
  value: unknown,
  options: CheckedSerializerOptions,
  name?: string,
): string {
  try {
    return JSON.stringify(new ValueEncoder(options, name).encode(value));
  } catch (cause) {
    if (cause instanceof SerializationError) throw cause;
    if (cause instanceof RangeError) {
      throw new SerializationError("The value is too large or nested too deeply.", { cause });
    }
    throw new SerializationError("A getter, proxy or toJSON of the value threw an error.", {
      cause,
    });
  }
}

/**
 * Makes one value into what `JSON.stringify` writes without loss. What needs no change is not
 * copied. One walk, no promises; each level is one call.
 */
class ValueEncoder implements Encoder {
  readonly options: CheckedSerializerOptions;
  /** Keys and objects from the root to the value at hand, for errors; longer than it is deep. */
  readonly #path: (string | number)[] = [];
  readonly #walk: Walk;
  /** Whether what can't be stored is left out, whatever the options say. */
  #lenient = false;

  readonly #name: string | undefined;

  constructor(options: CheckedSerializerOptions, name: string | undefined) {
    this.options = options;
    this.#name = name;
    this.#walk = new Walk(options.maxBytes);
  }

  /** @throws SerializationError naming the path of what can't be stored */
  encode(value: unknown): unknown {
    const encoded = this.walk(value, 0);
    return encoded === DROPPED ? UNDEFINED : encoded;
  }

  walk(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        if (Number.isFinite(value) && !Object.is(value, -0)) return value;
        return record(OWN.number, { value: Object.is(value, -0) ? "-0" : String(value) });
      case "undefined":
        return UNDEFINED;
      case "bigint":
        return this.#bigint(String(value), depth);
      case "object":
        return value === null ? null : this.#object(value, depth);
      default:
        return this.unsupported(`a ${typeof value}`, depth);
    }
  }

  child(key: string | number, value: unknown, depth: number): unknown {
    this.#path[depth] = key;
    // One call less than by way of `walk`, on each level.
    if (typeof value === "object" && value !== null) return this.#object(value, depth + 1);
    return this.walk(value, depth + 1);
  }

  items(values: Iterable<unknown>, depth: number): unknown[] {
    const items: unknown[] = [];
    let index = 0;
    for (const value of values) {
      const encoded = this.child(index++, value, depth);
      if (encoded !== DROPPED) items.push(encoded);
    }
    return items;
  }

  entries(entries: Iterable<readonly [unknown, unknown]>, depth: number): [unknown, unknown][] {
    const pairs: [unknown, unknown][] = [];
    // Not taken apart, which takes room on the stack for each level.
    for (const entry of entries) {
      const name =
        typeof entry[0] === "string" || typeof entry[0] === "number" ? entry[0] : "(key)";
      const key = this.child(name, entry[0], depth);
      const value = this.child(name, entry[1], depth);
      if (key !== DROPPED && value !== DROPPED) pairs.push([key, value]);
    }
    return pairs;
  }

  leniently(encode: () => unknown): unknown {
    const before = this.#lenient;
    this.#lenient = true;
    const encoded = this.#walk.optional(encode, DROPPED);
    this.#lenient = before;
    return encoded;
  }

  unsupported(what: string, depth: number): typeof DROPPED {
    if (this.#leavesOut) return DROPPED;
    const advice = this.#name === undefined ? WAYS_OUT : "take it out";
    throw new SerializationError(
      `${this.place(depth)} is ${what}, which can't be stored; ${advice}.`,
    );
  }

  place(depth: number): string {
    return `${this.#name ?? "value"}${this.#path.slice(0, depth).map(pathStep).join("")}`;
  }

  get #leavesOut(): boolean {
    return this.#lenient || this.options.unsupported !== "refuse";
  }

  #bigint(digits: string, depth: number): unknown {
    if (digits.length <= MAX_DIGITS) return record(OWN.bigint, { value: digits });
    return this.unsupported(`a BigInt of more than ${MAX_DIGITS} digits`, depth);
  }

  #object(value: object, depth: number): unknown {
    if (depth >= MAX_DEPTH) return this.#tooDeep(depth);
    const met = this.#walk.enter(value, depth, this.#lenient);
    if (met !== undefined) return this.#met(met, value, depth);
    const prototype = Object.getPrototypeOf(value) as object | null;
    let encoded: unknown;
    if (prototype === Object.prototype) encoded = this.#plain(value as Fields, depth);
    else if (isArray(value, prototype)) encoded = this.#array(value, depth);
    else encoded = this.#instance(value, prototype, depth);
    if (this.#walk.isWatching) this.#walk.leave(value, encoded, depth, this.#lenient);
    return encoded;
  }

  #met(met: Walked | "cycle", value: object, depth: number): unknown {
    if (met === "cycle") {
      if (this.#leavesOut) return DROPPED;
      const first = this.place(this.#walk.depthOf(value));
      return this.unsupported(`part of a cycle, as it is ${first} again`, depth);
    }
    return depth + met.height < MAX_DEPTH ? met.encoded : this.#tooDeep(depth);
  }

  #plain(value: Fields, depth: number): unknown {
    if (Object.getOwnPropertySymbols(value).length > 0) {
      if (isArguments(value) && this.options.unsupported !== "plain") {
        return this.unsupported("an object of arguments", depth);
      }
      this.#refuseSymbols(value, depth);
    }
    let copy: Record<string, unknown> | undefined;
    // Faster than a list of keys; what it inherits, if ever, is visible to the reader too.
    for (const key in value) {
      const field = value[key];
      if (isMarker(key, field)) {
        return record(OWN.object, { value: this.entries(Object.entries(value), depth) });
      }
      if (isItself(field)) continue;
      const encoded = this.child(key, field, depth);
      if (encoded === field) continue;
      copy ??= { ...value };
      if (encoded === DROPPED) delete copy[key];
      else copy[key] = encoded;
    }
    return copy ?? (value[TO_STRINGIFY] !== undefined ? { ...value } : value);
  }

  #array(value: readonly unknown[], depth: number): unknown {
    if (Object.keys(value).length !== value.length) this.unsupported(UNEVEN, depth);
    let copy: unknown[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const item = value[i];
      if (isItself(item)) continue;
      if (item === undefined && !Object.hasOwn(value, i)) this.unsupported(UNEVEN, depth);
      const encoded = this.child(i, item, depth);
      if (encoded === item) continue;
      copy ??= [...value];
      copy[i] = encoded === DROPPED ? UNDEFINED : encoded;
    }
    return (
      copy ?? ((value as Fields & typeof value)[TO_STRINGIFY] !== undefined ? [...value] : value)
    );
  }

  /** Messages first: most instances are. */
  #instance(value: object, prototype: object | null, depth: number): unknown {
    if (prototype === null) return this.#bare(value, depth);
    if (isSerializable(value)) {
      const shape = this.options.langchain.shapeOf(value, prototype);
      if (shape !== undefined) return encodeMessage(value, shape, this, depth);
    }
    const registered = this.options.byPrototype.get(prototype);
    if (registered !== undefined) {
      const data = this.child(TO_JSON, registered.toJSON(value), depth);
      return record(OWN.class, {
        name: registered.name,
        value: data === DROPPED ? UNDEFINED : data,
      });
    }
    const builtin = builtinEncoder(value, prototype);
    if (builtin !== undefined) return builtin(value, this, depth);
    if (isLangGraph(value)) return encodeLangGraph(value, this, depth);
    if (isDocument(value, prototype)) return encodeDocument(value, this, depth);
    if (isPlainOfAnotherRealm(prototype)) return this.#plain(value as Fields, depth);
    const foreign = foreignEncoder(value, prototype);
    if (foreign !== undefined) return foreign(value, this, depth);
    return encodeUnknown(value, prototype, this, depth);
  }

  #bare(value: object, depth: number): unknown {
    this.#refuseSymbols(value, depth);
    const entries = this.entries(Object.entries(value), depth);
    return record(OWN.object, { value: entries, prototype: null });
  }

  #refuseSymbols(value: object, depth: number): void {
    if (symbolsOf(value).length > 0) {
      this.unsupported("an object with a symbol for a key", depth);
    }
  }

  #tooDeep(depth: number): unknown {
    // Shown at its top: a thousand keys help nobody.
    return this.unsupported(`nested deeper than ${MAX_DEPTH} levels`, Math.min(depth, 8));
  }
}

/** `JSON.stringify` calls it, even where it can't be enumerated. */
const TO_STRINGIFY = "toJSON";
const WAYS_OUT =
  'take it out of the state, or register its class with serializer({ classes }), or have all such values left out with serializer({ unsupported: "drop" })';
const UNEVEN = "an array with holes or properties of its own";

type Fields = Readonly<Record<string, unknown>>;
