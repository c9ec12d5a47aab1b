/** What stands between dots: a key, `[0]`, `[-1]`, `[*]`, `*`, or `{a,b.c}`. */
const TOKEN = /\[[^\]]*\]|\{[^}]*\}|[^.[{]+/g;

/**
 * The texts at a path of an item's value, as LangGraph's `InMemoryStore` finds them: text, numbers and booleans as
 * text, objects and arrays as JSON, nothing of null.
 *
 * @param path `"$"` for the whole value
 */
export function textsAt(value: unknown, path: string): string[] {
  if (path === "" || path === "$") return [JSON.stringify(value, null, 2)];
  return follow(value, path.match(TOKEN) ?? []);
}

function follow(value: unknown, [token, ...rest]: readonly string[]): string[] {
  if (token === undefined) return textOf(value);
  if (token.startsWith("{")) {
    const paths = token.slice(1, -1).split(",");
    return paths.flatMap((path) => follow(value, [...(path.trim().match(TOKEN) ?? []), ...rest]));
  }
  return within(value, token).flatMap((one) => follow(one, rest));
}

function within(value: unknown, token: string): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if (token === "*" || token === "[*]") {
    return token === "*" || Array.isArray(value) ? Object.values(value) : [];
  }
  if (token.startsWith("[")) {
    if (!Array.isArray(value)) return [];
    const found: unknown = value.at(Number.parseInt(token.slice(1, -1), 10));
    return found === undefined ? [] : [found];
  }
  return Object.hasOwn(value, token) ? [(value as Record<string, unknown>)[token]] : [];
}

function textOf(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  return [typeof value === "object" ? JSON.stringify(value, null, 2) : String(value)];
}
