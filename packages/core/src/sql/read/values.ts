import { PARTS } from "../../sharing/segments.js";

/**
 * How values that are JSON of ours are read. As text they spare drivers that receive bytea in hexadecimal
 * twice the bytes. As bytes: another serializer's `json` may be anything, and so may a damaged value.
 */
export type ValueForm = "text" | "bytes";

/** What a value is once it is put together, of which the row may hold the tail only. */
export const typeOf = (from: string): string =>
  `CASE WHEN ${from}.segments IS NULL THEN ${from}.type ELSE pg_catalog.substr(${from}.type, ${PARTS.length + 1}) END`;

/** Whether a value is text, which its parts can be read as too. */
export const isJson = (from: string): string => `${from}.type IN ('json', '${PARTS}json')`;

/**
 * The two columns of a stored value, of which one is null.
 *
 * @param from alias of the table with `type` and `blob`
 */
export function valueColumns(from: string, form: ValueForm): { json: string; bytes: string } {
  if (form === "bytes") return { json: "NULL::text", bytes: `${from}.blob` };
  return {
    json: `CASE WHEN ${isJson(from)} THEN pg_catalog.convert_from(${from}.blob, 'UTF8') END`,
    bytes: `CASE WHEN ${isJson(from)} THEN NULL ELSE ${from}.blob END`,
  };
}

/** Makes select lists with all of some columns, null where no expression is given. */
export type Columns = (expressions: Readonly<Record<string, string>>) => string;

/** @param types the columns and the type of each */
export const columnsOf =
  (types: Readonly<Record<string, string>>): Columns =>
  (expressions) =>
    inLines(
      Object.entries(types).map(
        ([name, type]) => `${expressions[name] ?? `NULL::${type}`} AS ${name}`,
      ),
    );

const LINE_WIDTH = 100;

/** The items of a list, as many in a line as fit. */
function inLines(items: readonly string[]): string {
  const lines: string[] = [];
  for (const item of items) {
    const longer = `${lines.at(-1)}, ${item}`;
    if (lines.length > 0 && longer.length <= LINE_WIDTH) lines[lines.length - 1] = longer;
    else lines.push(item);
  }
  return lines.join(",\n  ");
}
