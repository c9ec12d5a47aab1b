import { InvalidInputError } from "./errors.js";

/** All keys of an object of options, each once: the compiler finds one that is missing or too many. */
export type OptionKeys<Options> = { readonly [Key in keyof Options]-?: true };

const MAX_SHOWN = 40;

/**
 * The options of a call, none of which is ignored: one that is misspelt would have its default instead.
 *
 * @param call as it is written, e.g. `prune`
 * @param instead what to write for a key that other calls have
 * @throws InvalidInputError naming the key and what to write; never a value
 */
export function assertKeys(
  options: unknown,
  call: string,
  known: Readonly<Record<string, true>>,
  instead: Readonly<Record<string, string>> = {},
): asserts options is object {
  const names = Object.keys(known);
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new InvalidInputError(`The options of ${call} must be an object of ${listed(names)}.`);
  }
  if (typeof (options as { dumpsTyped?: unknown }).dumpsTyped === "function") {
    const pass = "serde" in known ? "; pass { serde: … }" : "";
    throw new InvalidInputError(
      `The options of ${call} must be an object, not a serializer${pass}.`,
    );
  }
  for (const key of keysOf(options)) {
    if (Object.hasOwn(known, key)) continue;
    const better = Object.hasOwn(instead, key) ? instead[key] : nearest(key, names);
    const advice = better === undefined ? "" : ` Did you mean ${better}?`;
    const shown = JSON.stringify(key.slice(0, MAX_SHOWN));
    throw new InvalidInputError(
      `${shown} is no option of ${call}.${advice} Its options are ${listed(names)}.`,
    );
  }
}

/**
 * @param further what a constructor got beyond its two arguments; the official saver takes a serializer
 *   as its second and the options as its third
 * @throws InvalidInputError saying where it belongs
 */
export function assertNoMore(further: readonly unknown[]): void {
  if (further.length === 0) return;
  throw new InvalidInputError(
    "The saver takes two arguments; its serializer and its schema are options, e.g. (pool, { serde, schema }).",
  );
}

/** Inherited keys are read like those of the object itself. */
function keysOf(options: object): string[] {
  const keys: string[] = [];
  for (const key in options) keys.push(key);
  return keys;
}

const listed = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");

function nearest(key: string, names: readonly string[]): string | undefined {
  if (key.length > MAX_SHOWN) return undefined;
  const plain = (text: string) => text.toLowerCase().replaceAll(/[_-]/g, "");
  const distances = names.map((name) => [name, distance(plain(key), plain(name))] as const);
  const [best] = distances.sort(([, a], [, b]) => a - b);
  return best !== undefined && best[1] <= Math.max(1, key.length / 4) ? `"${best[0]}"` : undefined;
}

/** How many characters are to be put in, taken out or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const row = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const change = (before[j] as number) + (a[i] === b[j] ? 0 : 1);
      row.push(Math.min(change, (before[j + 1] as number) + 1, (row[j] as number) + 1));
    }
    before = row;
  }
  return before[b.length] as number;
}
