import { InvalidInputError } from "../errors/errors.js";

/** Escapes that may stand for what `jsonb` can't hold: NUL, and halves of surrogate pairs. */
const SUSPICIOUS = /\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

/**
 * JSON text that Postgres can store as `jsonb`, unchanged.
 *
 * @param json well-formed JSON
 * @param name what it is, for the error, e.g. `metadata`
 * @throws InvalidInputError with the path of the first string that holds NUL or half a surrogate pair
 */
export function jsonText(json: string, name: string): string {
  // The expression also hits the harmless text "\\u0000"; only then is the value looked at.
  if (!SUSPICIOUS.test(json)) return json;
  const path = findUnstorable(JSON.parse(json), name);
  if (path === undefined) return json;
  throw new InvalidInputError(
    `${path} holds NUL (U+0000) or half a surrogate pair, which Postgres can't store in jsonb; remove it.`,
  );
}

function findUnstorable(value: unknown, path: string): string | undefined {
  if (typeof value === "string") return isStorable(value) ? undefined : path;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const inner = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
    const found = isStorable(key) ? findUnstorable(item, inner) : `a key of ${path}`;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether Postgres can hold it in `jsonb`. */
export function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}
