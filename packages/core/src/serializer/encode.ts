import { SerializationError } from "../errors.js";
import { builtinEncoder } from "./builtins.js";
import { isSerializable } from "./classes.js";
import { encodeDocument, isDocument } from "./documents.js";
import { encodeLangGraph, isLangGraph } from "./langgraph.js";
import { encodeMessage } from "./messages.js";
import { type CheckedSerializerOptions, MAX_DEPTH } from "./options.js";
import { isItself, isMarker, isPlainOfAnotherRealm } from "./plain.js";
import { DROPPED, MAX_DIGITS, OWN, record, UNDEFINED } from "./records.js";

/**
 * A value as JSON from which `decodeJson` makes an equal one.
 *
 * @throws SerializationError naming the path of what can't be stored
 */
export function encodeJson(value: unknown, options: CheckedSerializerOptions): string {
  try {
    return JSON.stringify(new Encoder(options).encode(value));
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
export class Encoder {
  readonly options: CheckedSerializerOptions;
  /** Keys and objects from the root to the value at hand, for errors; longer than it is deep. */
  readonly #path: (string | number)[] = [];
  readonly #ancestors: object[] = [];

  constructor(options: CheckedSerializerOptions) {
    this.options = options;
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

  /** Walks a value that stands under a key of the one at `depth`. */
  child(key: string | number, value: unknown, depth: number): unknown {
    this.#path[depth] = key;
    return this.walk(value, depth + 1);
  }

  /** The values of a list, without those left out. */
  items(values: Iterable<unknown>, depth: number): unknown[] {
    const items: unknown[] = [];
    let index = 0;
    for (const value of values) {
      const encoded = this.child(index++, value, depth);
      if (encoded !== DROPPED) items.push(encoded);
    }
    return items;
  }

  /** Key and value of each entry, without those of which either is left out. */
  entries(entries: Iterable<readonly [unknown, unknown]>, depth: number): [unknown, unknown][] {
    const pairs: [unknown, unknown][] = [];
    for (const [key, value] of entries) {
      const name = typeof key === "string" || typeof key === "number" ? key : "(key)";
      const pair: [unknown, unknown] = [
        this.child(name, key, depth),
        this.child(name, value, depth),
      ];
      if (!pair.includes(DROPPED)) pairs.push(pair);
    }
    return pairs;
  }

  /** For parts that a value can do without. */
  tolerate(encode: () => unknown): unknown {
    try {
      return encode();
    } catch {
      return DROPPED;
    }
  }

  /** @param what e.g. `a function` */
  unsupported(what: string, depth: number): typeof DROPPED {
    if (this.options.unsupported !== "refuse") return DROPPED;
    throw new SerializationError(
      `${this.place(depth)} is ${what}, which can't be stored; leave it out, or see the options of serializer().`,
    );
  }

  /** The path of the value at a depth, e.g. `value[3].additional_kwargs.fn`. */
  place(depth: number): string {
    const keys = this.#path.slice(0, depth).map((key) => {
      if (typeof key === "number") return `[${key}]`;
      return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)
        ? `.${key}`
        : `[${JSON.stringify(key)}]`;
    });
    return `value${keys.join("")}`;
  }

  #bigint(digits: string, depth: number): unknown {
    if (digits.length <= MAX_DIGITS) return record(OWN.bigint, { value: digits });
    return this.unsupported(`a BigInt of more than ${MAX_DIGITS} digits`, depth);
  }

  #object(value: object, depth: number): unknown {
    this.#ancestors[depth] = value;
    if (depth >= MAX_DEPTH) return this.#tooDeep(depth);
    if (Array.isArray(value)) return this.#array(value, depth);
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype) return this.#plain(value as Fields, depth);
    if (prototype === null) {
      const entries = this.entries(Object.entries(value), depth);
      return record(OWN.object, { value: entries, prototype: null });
    }
    return this.#instance(value, prototype, depth);
  }

  #plain(value: Fields, depth: number): unknown {
    if (Object.getOwnPropertySymbols(value).length > 0) this.#refuseSymbols(value, depth);
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
    return copy ?? value;
  }

  #array(value: readonly unknown[], depth: number): unknown {
    if (Object.keys(value).length !== value.length) {
      const what = "an array with holes or properties of its own";
      if (this.unsupported(what, depth) && this.options.unsupported === "drop") return DROPPED;
    }
    let copy: unknown[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const item = value[i];
      if (isItself(item)) continue;
      const encoded = this.child(i, item, depth);
      if (encoded === item) continue;
      copy ??= [...value];
      copy[i] = encoded === DROPPED ? UNDEFINED : encoded;
    }
    return copy ?? value;
  }

  /** Messages first: most instances are. */
  #instance(value: object, prototype: object, depth: number): unknown {
    if (isSerializable(value)) {
      const shape = this.options.langchain.shapeOf(value, prototype);
      if (shape !== undefined) return encodeMessage(value, shape, this, depth);
    }
    const registered = this.options.byPrototype.get(prototype);
    if (registered !== undefined) {
      const data = this.walk(registered.toJSON(value), depth + 1);
      return record(OWN.class, {
        name: registered.name,
        value: data === DROPPED ? UNDEFINED : data,
      });
    }
    const builtin = builtinEncoder(value, prototype);
    if (builtin !== undefined) return builtin(value, this, depth);
    if (isLangGraph(value)) return encodeLangGraph(value, this, depth);
    if (isDocument(value)) return encodeDocument(value, this, depth);
    if (isPlainOfAnotherRealm(prototype)) return this.#plain(value as Fields, depth);
    return this.#unknown(value, prototype, depth);
  }

  #unknown(value: object, prototype: object, depth: number): unknown {
    const name = (prototype.constructor as { name?: unknown } | undefined)?.name;
    const what = value instanceof Promise ? "a promise" : `an object of class ${String(name)}`;
    if (this.options.unsupported !== "plain" || value instanceof Promise) {
      return this.unsupported(what, depth);
    }
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === "function") return this.walk(toJSON.call(value), depth + 1);
    return this.#plain({ ...value }, depth);
  }

  #refuseSymbols(value: object, depth: number): void {
    const enumerable = Object.getOwnPropertySymbols(value).some((symbol) =>
      Object.prototype.propertyIsEnumerable.call(value, symbol),
    );
    if (enumerable) this.unsupported("an object with a symbol for a key", depth);
  }

  #tooDeep(depth: number): unknown {
    const path = this.#ancestors.slice(0, depth + 1);
    const cyclic = new Set(path).size < path.length;
    // Shown at its top: a thousand keys help nobody.
    const what = cyclic ? "part of a cycle" : `nested deeper than ${MAX_DEPTH} levels`;
    return this.unsupported(what, Math.min(depth, 8));
  }
}

type Fields = Readonly<Record<string, unknown>>;
