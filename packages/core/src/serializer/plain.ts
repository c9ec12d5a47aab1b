import { types } from "node:util";
import { LANGCHAIN_ESCAPE } from "./records.js";

/** Most leaves, which need no walk. */
export function isItself(value: unknown): boolean {
  return (
    typeof value === "string" || typeof value === "boolean" || value === null || isCount(value)
  );
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && value > 0 && value < Number.MAX_SAFE_INTEGER;
}

/** Whether an object with this field, written as it is, would be read as something else. */
export function isMarker(key: string, value: unknown): boolean {
  switch (key) {
    case "lc":
      return value === 1 || value === 2;
    case "__proto__":
    case LANGCHAIN_ESCAPE:
      return true;
    default:
      return false;
  }
}

export function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

/** Not one of a derived class, which would come back without it. */
export function isArray(value: object, prototype: object | null): value is readonly unknown[] {
  if (!Array.isArray(value)) return false;
  // The prototype of arrays, of each realm, is an array itself.
  return prototype === Array.prototype || Array.isArray(prototype);
}

/** They have the prototype of plain objects. */
export const isArguments = types.isArgumentsObject;

/** The symbols that are keys of an object and can be enumerated. */
export function symbolsOf(value: object): symbol[] {
  const symbols = Object.getOwnPropertySymbols(value);
  return symbols.filter((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol));
}

export function isPlainOfAnotherRealm(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "hasOwnProperty");
}
