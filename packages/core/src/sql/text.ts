/** A newline, or a quoted name or literal, which may hold newlines that must stay as they are. */
const LINE_BREAKS = /"[^"]*"|'[^']*'|\n/g;

/**
 * Puts fragments of SQL into a text: those of several lines keep the indentation of the line they stand in, so
 * that whoever reads the text in a log sees its structure.
 */
export function sql(
  strings: TemplateStringsArray,
  ...fragments: readonly (string | number)[]
): string {
  let text = strings[0] ?? "";
  fragments.forEach((fragment, i) => {
    const line = text.slice(text.lastIndexOf("\n") + 1);
    const indent = /^ */.exec(line)?.[0] ?? "";
    text += String(fragment).replace(LINE_BREAKS, (found) =>
      found === "\n" ? found + indent : found,
    );
    text += strings[i + 1] ?? "";
  });
  return text;
}

/** A query of a WITH clause. */
export const cte = (name: string, query: string): string => sql`${name} AS (
  ${query}
)`;

/** One that is run once and before what refers to it, whatever the planner thinks. */
export const materialized = (name: string, query: string): string => sql`${name} AS MATERIALIZED (
  ${query}
)`;

/** A statement with the queries of its WITH clause, if there are any. */
export const withAll = (ctes: readonly string[], statement: string): string =>
  ctes.length === 0 ? statement : `WITH ${ctes.join(", ")}\n${statement}`;
