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

export function isPlainOfAnotherRealm(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "hasOwnProperty");
}
