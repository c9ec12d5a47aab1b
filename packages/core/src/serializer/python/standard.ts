import { inert } from "./inert.js";

/** Types of Python's standard library, and for `fromisoformat` its method. */
const FORMS = new Map<string, (argument: unknown) => unknown>([
  ["builtins.set", (items) => (Array.isArray(items) ? new Set(items) : undefined)],
  ["builtins.frozenset", (items) => (Array.isArray(items) ? new Set(items) : undefined)],
  ["collections.deque", (items) => (Array.isArray(items) ? items : undefined)],
  ["datetime.datetime.fromisoformat", instant],
  ["datetime.date", date],
  ["decimal.Decimal", (digits) => inert("decimal.Decimal", digits)],
  ["uuid.UUID", uuid],
]);

const PATH = /^pathlib(?:\._local)?\.(?:Pure)?(?:(Windows)|Posix)?Path$/;

/** @returns undefined for other types, and for those whose arguments are not as expected */
export function standardObject(type: string, argument: unknown): unknown {
  const [path, windows] = PATH.exec(type) ?? [];
  if (path !== undefined) return joined(argument, windows === undefined ? "/" : "\\");
  return FORMS.get(type)?.(argument);
}

/** Without a zone it is no instant, and a Date would have to guess one. */
const ZONED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d$/;

function instant(text: unknown): unknown {
  if (typeof text !== "string") return undefined;
  const parsed = new Date(ZONED.test(text) ? text : Number.NaN);
  return Number.isNaN(parsed.getTime()) ? inert("datetime.datetime", text) : parsed;
}

function date(argument: unknown): unknown {
  if (!Array.isArray(argument) || argument.length !== 3) return undefined;
  const [year, month, day] = argument.map((part, i) => String(part).padStart(i === 0 ? 4 : 2, "0"));
  return inert("datetime.date", `${year}-${month}-${day}`);
}

function uuid(hex: unknown): unknown {
  if (typeof hex !== "string" || !/^[0-9a-f]{32}$/.test(hex)) return undefined;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function joined(parts: unknown, separator: string): unknown {
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === "string")) return undefined;
  const [first = "."] = parts;
  if (!first.endsWith(separator)) return parts.length === 0 ? first : parts.join(separator);
  return first + parts.slice(1).join(separator);
}
