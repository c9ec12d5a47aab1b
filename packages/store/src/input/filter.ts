import { InvalidInputError, pathStep } from "@waypost/core/adapter";
import { assertJson } from "./value.js";

/** A place within the value of an item: the keys that lead there. */
export type Keys = readonly string[];

/** One condition on a place; `operand` is JSON. */
export type Condition =
  /** Equal, with JSON's types; null is not the same as missing. */
  | { readonly kind: "equal" | "unequal"; readonly keys: Keys; readonly operand: string }
  /** One of a list; a missing value is none of any. */
  | { readonly kind: "in" | "notIn"; readonly keys: Keys; readonly operand: string }
  /** As numbers, as JavaScript's `Number()` makes them of scalars. */
  | { readonly kind: ">" | ">=" | "<" | "<="; readonly keys: Keys; readonly operand: string };

/** What the values that are found must be like. */
export interface Filter {
  /** JSON of what they contain; undefined for nothing. An index of values finds it. */
  readonly contains: string | undefined;
  readonly conditions: readonly Condition[];
}

export const NO_FILTER: Filter = { contains: undefined, conditions: [] };

const COMPARISONS = { $gt: ">", $gte: ">=", $lt: "<", $lte: "<=" } as const;
const LISTS = { $in: "in", $nin: "notIn" } as const;
const OPERATORS = ["$eq", "$ne", ...Object.keys(COMPARISONS), ...Object.keys(LISTS)];

/**
 * A filter as LangGraph has it: keys of the value with what they equal, or with operators. Objects without operators
 * go on to the keys within.
 *
 * @throws InvalidInputError naming what can't be searched for, so that nothing of a filter is ignored
 */
export function filterOf(filter: unknown): Filter {
  if (filter === undefined || filter === null) return NO_FILTER;
  const found = new Found();
  found.object(filter, []);
  const { contains, conditions } = found.filter;
  return contains === undefined && conditions.length === 0 ? NO_FILTER : found.filter;
}

type Nested = { [key: string]: Nested | string | number | boolean | null };

class Found {
  readonly #conditions: Condition[] = [];
  readonly #contains: Nested = Object.create(null);
  #containsAny = false;

  get filter(): Filter {
    return {
      contains: this.#containsAny ? JSON.stringify(this.#contains) : undefined,
      conditions: this.#conditions,
    };
  }

  object(filter: unknown, keys: Keys): void {
    if (typeof filter !== "object" || filter === null || Array.isArray(filter)) {
      throw new InvalidInputError('"filter" must be an object, e.g. { kind: "fact" }.');
    }
    for (const [key, wanted] of Object.entries(filter)) {
      assertJson(key, ["filter", ...keys, key]);
      this.#place(wanted, [...keys, key]);
    }
  }

  #place(wanted: unknown, keys: Keys): void {
    if (typeof wanted !== "object" || wanted === null || Array.isArray(wanted)) {
      this.#equal(wanted, keys);
      return;
    }
    const names = Object.keys(wanted);
    const operators = names.filter((name) => name.startsWith("$"));
    if (operators.length === 0) {
      assertJson(wanted, ["filter", ...keys]);
      this.object(wanted, keys);
      return;
    }
    if (operators.length < names.length) {
      throw new InvalidInputError(`"${shown(keys)}" mixes operators with keys; pass either.`);
    }
    for (const [operator, operand] of Object.entries(wanted))
      this.#operator(operator, operand, keys);
  }

  #operator(operator: string, operand: unknown, keys: Keys): void {
    if (operator === "$eq") this.#equal(operand, keys);
    else if (operator === "$ne") this.#push("unequal", keys, operand);
    else if (Object.hasOwn(COMPARISONS, operator)) {
      const kind = COMPARISONS[operator as keyof typeof COMPARISONS];
      this.#conditions.push({ kind, keys, operand: numberText(operand, operator, keys) });
    } else if (Object.hasOwn(LISTS, operator)) {
      if (!Array.isArray(operand)) {
        throw new InvalidInputError(`"${operator}" of "${shown(keys)}" must be an array.`);
      }
      this.#push(LISTS[operator as keyof typeof LISTS], keys, operand);
    } else {
      throw new InvalidInputError(
        `"${operator.slice(0, 40)}" of "${shown(keys)}" is no operator; there are ${OPERATORS.join(", ")}.`,
      );
    }
  }

  /** Scalars in one document, which an index of values finds at once; the same place twice as conditions. */
  #equal(wanted: unknown, keys: Keys): void {
    assertOperand(wanted, keys);
    if (typeof wanted === "object" && wanted !== null) {
      this.#push("equal", keys, wanted);
      return;
    }
    let nested = this.#contains;
    for (const key of keys.slice(0, -1)) {
      nested[key] ??= Object.create(null) as Nested;
      nested = nested[key] as Nested;
    }
    nested[keys.at(-1) as string] = wanted as string | number | boolean | null;
    this.#containsAny = true;
  }

  #push(kind: "equal" | "unequal" | "in" | "notIn", keys: Keys, operand: unknown): void {
    assertOperand(operand, keys);
    this.#conditions.push({ kind, keys, operand: JSON.stringify(operand) });
  }
}

function assertOperand(operand: unknown, keys: Keys): void {
  // Dropped, it would find the items of everybody.
  if (operand === undefined) {
    throw new InvalidInputError(
      `"${shown(keys)}" is undefined; pass a value or leave the key out.`,
    );
  }
  assertJson(Array.isArray(operand) ? operand.map(unsigned) : unsigned(operand), [
    "filter",
    ...keys,
  ]);
}

/** 0 equals -0, which JSON has no form for. */
const unsigned = (operand: unknown): unknown => (operand === 0 ? 0 : operand);

function numberText(operand: unknown, operator: string, keys: Keys): string {
  const number =
    operand === undefined || typeof operand === "object" ? Number.NaN : Number(operand);
  if (!Number.isNaN(number)) return String(number);
  throw new InvalidInputError(
    `"${operator}" of "${shown(keys)}" must be a number, as LangGraph compares numbers only; store dates as numbers to compare them.`,
  );
}

const shown = (keys: Keys): string => `filter${keys.map((key) => pathStep(key)).join("")}`;
