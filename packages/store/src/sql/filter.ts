import { quoteLiteral, sql } from "@waypost/core/adapter";
import type { Condition, Filter } from "../input/filter.js";
import type { Bindings } from "./bindings.js";

/** What `Number()` takes for 0, and for a decimal number; longer ones and larger exponents would be errors here. */
const BLANK = quoteLiteral(String.raw`^\s*$`);
const DECIMAL = quoteLiteral(
  String.raw`^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?\s*$`,
);
const SPACE = quoteLiteral(String.raw`\s`);
const MAX_DIGITS = 1000;

/** A place of an item's value as a number, as JavaScript's `Number()` makes one of scalars; NULL for NaN. */
function numberOf(place: string): string {
  const text = `(${place} #>> '{}'::text[])`;
  return sql`CASE pg_catalog.jsonb_typeof(${place})
  WHEN 'number' THEN ${place}::numeric
  WHEN 'boolean' THEN ${place}::boolean::int::numeric
  WHEN 'null' THEN 0::numeric
  WHEN 'string' THEN CASE
    WHEN ${text} ~ ${BLANK}::text THEN 0::numeric
    WHEN pg_catalog.length(${text}) <= ${MAX_DIGITS} AND ${text} ~ ${DECIMAL}::text
      THEN pg_catalog.regexp_replace(${text}, ${SPACE}::text, ''::text, 'g'::text)::numeric
  END
END`;
}

/** Conditions on `s.value`. Keys and operands are bound, whatever they are. */
export function filterConditions(filter: Filter, bindings: Bindings): string[] {
  const all = filter.conditions.map((condition) => conditionOf(condition, bindings));
  if (filter.contains !== undefined) {
    all.unshift(`s.value @> ${bindings.add(filter.contains, "jsonb")}`);
  }
  return all;
}

function conditionOf({ kind, keys, operand }: Condition, bindings: Bindings): string {
  const place = `(s.value #> ${bindings.add(keys, "text[]")})`;
  switch (kind) {
    case "equal":
      return `${place} = ${bindings.add(operand, "jsonb")}`;
    case "unequal":
      return `${place} IS DISTINCT FROM ${bindings.add(operand, "jsonb")}`;
    case "in":
      return `${place} = ANY (${elements(bindings.add(operand, "jsonb"))})`;
    case "notIn":
      // Of a value that is missing, too.
      return `(${place} = ANY (${elements(bindings.add(operand, "jsonb"))})) IS NOT TRUE`;
    default:
      return `${numberOf(place)} ${kind} ${bindings.add(operand, "numeric")}`;
  }
}

const elements = (list: string) =>
  `ARRAY(SELECT e.item FROM pg_catalog.jsonb_array_elements(${list}) AS e (item))`;
