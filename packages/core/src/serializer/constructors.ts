type Fields = Record<string, unknown>;

const ERRORS: Readonly<Record<string, ErrorConstructor>> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/**
 * A record that names a constructor, in the closed set that LangGraph writes. One that is not exactly
 * as it would write it stays the data it is.
 *
 * @param record with its parts revived
 */
export function decodeConstructor(record: Fields): unknown {
  const { id, method, args } = record;
  if (!Array.isArray(id) || id.length !== 1 || !Array.isArray(args)) return record;
  const called = method ?? "";
  if (called !== "" && !(id[0] === "Uint8Array" && called === "from")) return record;
  const [first, second] = args as unknown[];
  switch (id[0]) {
    case "Set":
      return args.length === 1 && Array.isArray(first) ? new Set(first) : record;
    case "Map":
      return args.length === 1 && isEntries(first) ? new Map(first) : record;
    case "Uint8Array":
      return args.length === 1 && isBytes(first) ? Uint8Array.from(first) : record;
    case "RegExp":
      return (args.length === 2 ? regExp(first, second, record.kwargs) : undefined) ?? record;
    case "Error":
      return args.length === 1 && typeof first === "string" ? error(first, record.kwargs) : record;
    default:
      return record;
  }
}

export function isEntries(value: unknown): value is [unknown, unknown][] {
  return Array.isArray(value) && value.every((entry) => Array.isArray(entry) && entry.length === 2);
}

function isBytes(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)
  );
}

function regExp(source: unknown, flags: unknown, kwargs: unknown): RegExp | undefined {
  if (typeof source !== "string" || typeof flags !== "string") return undefined;
  const { lastIndex } = (kwargs ?? {}) as { lastIndex?: unknown };
  try {
    const revived = new RegExp(source, flags);
    if (Number.isSafeInteger(lastIndex)) revived.lastIndex = lastIndex as number;
    return revived;
  } catch {
    return undefined;
  }
}

/** LangGraph keeps the message; the rest are fields that it ignores. */
function error(message: string, kwargs: unknown): Error {
  const { fields } = (kwargs ?? {}) as { fields?: unknown };
  const entries = isEntries(fields) ? fields : [];
  const given = new Map(entries);
  const name = String(given.get("name") ?? "Error");
  const errors = given.get("errors");
  const revived =
    name === "AggregateError" && Array.isArray(errors)
      ? new AggregateError(errors, message)
      : new (Object.hasOwn(ERRORS, name) ? (ERRORS[name] as ErrorConstructor) : Error)(message);
  for (const [key, value] of given) {
    const hidden = key === "stack" || key === "cause" || key === "name" || key === "errors";
    if (key === "name" && revived.name === value) continue;
    Object.defineProperty(revived, key as string, {
      value,
      enumerable: !hidden,
      writable: true,
      configurable: true,
    });
  }
  return revived;
}
