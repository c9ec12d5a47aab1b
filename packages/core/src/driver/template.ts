import { createHash } from "node:crypto";
import type { BytesForm, SqlValue, Statement } from "./driver.js";

/** Binds values to one fixed text. */
export type Template = (values: readonly SqlValue[]) => Statement;

/**
 * In all texts functions are named with their schema, and operators have operands of the very types that
 * they are made for: whoever may create functions somewhere in the search path could otherwise offer one
 * that fits better, and the server would call that.
 *
 * A statement's text with a name made from it: two savers over one connection, with other schemas
 * or versions of Waypost, must not meet under one name.
 */
export function template(text: string): Template {
  const name = `waypost_${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
  return (values) => ({ text, values, name });
}

/** What a text depends on beside its tables: numbers of rows, and which of its variants it is. */
type Shape = readonly (number | string | boolean)[];

/** Texts for more rows than this are rare, large, and not worth a place in the server's memory. */
const MAX_PREPARED_ROWS = 64;

/**
 * Statements whose texts depend on a shape. A text is made when it is first wanted; small ones are kept and
 * prepared.
 *
 * @param textFor makes the text
 * @returns a function of the same shape
 */
export function templateByShape<S extends Shape>(
  textFor: (...shape: S) => string,
): (...shape: S) => Template {
  const prepared = new Map<string, Template>();
  return (...shape) => {
    const rows = shape.reduce<number>((sum, one) => sum + (typeof one === "number" ? one : 0), 0);
    if (rows > MAX_PREPARED_ROWS) {
      const text = textFor(...shape);
      return (values) => ({ text, values, name: "" });
    }
    const key = shape.join(" ");
    const known = prepared.get(key) ?? template(textFor(...shape));
    prepared.set(key, known);
    return known;
  };
}

/** What makes a stored value of its two parameters, text and bytes: text where it is JSON of ours. */
export const VALUE = "value";

/** A parameter of bytes. */
export const bytesParameter = (placeholder: string, form: BytesForm): string =>
  form === "binary" ? `${placeholder}::bytea` : `pg_catalog.decode(${placeholder}::text, 'base64')`;

/** How many parameters a row of these columns has. */
export const widthOf = (columns: readonly string[]): number =>
  columns.length + columns.filter((column) => column === VALUE).length;

/**
 * `($1, $2, $7, …), (…)`: rows that begin with shared expressions and go on with placeholders of their own.
 *
 * @param bytes how to bind columns of type `bytea`
 * @param columns the type of each, or `VALUE`
 */
export function valueRows(
  bytes: BytesForm,
  shared: readonly string[],
  columns: readonly string[],
  rows: number,
  firstPlaceholder: number,
): string {
  let placeholder = firstPlaceholder;
  const next = (type: string) => {
    const name = `$${placeholder++}`;
    return type === "bytea" ? bytesParameter(name, bytes) : `${name}::${type}`;
  };
  const row = () =>
    columns.map((column) =>
      column === VALUE
        ? `coalesce(pg_catalog.convert_to(${next("text")}, 'UTF8'), ${next("bytea")})`
        : next(column),
    );
  return Array.from({ length: rows }, () => `(${[...shared, ...row()].join(", ")})`).join(",\n");
}

/** The protocol counts parameters in 16 bits; postgres.js refuses the last two. */
const MAX_PARAMETERS = 65_533;

/** Rows of `width` placeholders that fit into one statement beside `others` further placeholders. */
export function rowsPerStatement(width: number, others: number): number {
  return Math.floor((MAX_PARAMETERS - others) / width);
}
