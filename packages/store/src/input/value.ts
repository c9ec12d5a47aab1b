import { InvalidInputError, pathStep, SerializationError } from "@waypost/core/adapter";

/** More levels are refused, before the server's stack and ours are too small for them. */
const MAX_DEPTH = 1000;

type Path = readonly (string | number)[];

/**
 * The value of an item as JSON from which an equal one is made. Properties that are undefined are left out, as
 * JSON leaves them out.
 *
 * @throws InvalidInputError unless it is an object
 * @throws SerializationError naming the path of what JSON or Postgres can't hold
 */
export function valueText(value: unknown): string {
  if (!isPlain(value)) {
    throw new InvalidInputError(
      'The value of an item must be a plain object, e.g. { text: "likes tea" }; null deletes the item.',
    );
  }
  assertJson(value, ["value"]);
  return JSON.stringify(value);
}

/**
 * @param path where the value stands, for errors
 * @throws SerializationError naming the path of what JSON or Postgres can't hold
 */
export function assertJson(value: unknown, path: Path): void {
  switch (typeof value) {
    case "string":
      assertStorable(value, path);
      return;
    case "boolean":
      return;
    case "number":
      if (!Number.isFinite(value) || Object.is(value, -0)) throw refused(path, shownNumber(value));
      return;
    case "object":
      if (value !== null) assertObject(value, path);
      return;
    default:
      throw refused(path, value === undefined ? "undefined" : `a ${typeof value}`);
  }
}

function assertObject(value: object, path: Path): void {
  if (path.length > MAX_DEPTH) {
    throw new SerializationError(
      `${shown(path.slice(0, 3))} is nested more than ${MAX_DEPTH} levels deep, or holds itself.`,
    );
  }
  if (Array.isArray(value)) {
    // Holes, too, which `forEach` would pass over.
    for (let i = 0; i < value.length; i++) assertJson(value[i], [...path, i]);
    return;
  }
  if (!isPlain(value) || "toJSON" in value) throw refused(path, className(value));
  if (Object.getOwnPropertySymbols(value).length > 0) throw refused(path, "an object with symbols");
  for (const [key, property] of Object.entries(value)) {
    const place = [...path, key];
    assertStorable(key, place);
    if (property !== undefined) assertJson(property, place);
  }
}

function assertStorable(text: string, path: Path): void {
  if (text.includes("\0")) throw refused(path, "text with NUL (U+0000)");
  if (!text.isWellFormed()) throw refused(path, "text with half a surrogate pair");
}

/** Also of another realm, as that of vm or of a test runner. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: object | null = Object.getPrototypeOf(value);
  return (
    prototype === null ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "hasOwnProperty"))
  );
}

const shownNumber = (value: number) => (Object.is(value, -0) ? "-0" : String(value));

const className = (value: object) => `an object of class ${value.constructor?.name || "unknown"}`;

const shown = ([first, ...steps]: Path): string =>
  `${first}${steps.map((step) => pathStep(step)).join("")}`;

const refused = (path: Path, what: string) =>
  new SerializationError(
    `${shown(path)} is ${what}, which would not come back equal from JSON in Postgres; store it in another form, e.g. a date as a number or an ISO string.`,
  );
