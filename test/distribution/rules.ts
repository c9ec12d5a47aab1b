import { loadModule, parseSync } from "libpg-query";
import { Analysis } from "./analysis.ts";

await loadModule();

/**
 * What keeps a statement from being sent to the one node, or partition, that has its thread:
 *
 * - A table of threads is read or written without `thread_id = a parameter`, or a column that is bound
 *   to one in turn.
 * - A function returns a set of rows of an outer column, in a sub-select of an expression.
 */
export function problemsOf(text: string): string[] {
  const [{ stmt } = { stmt: undefined }, ...others] = parseSync(text).stmts ?? [];
  if (stmt === undefined || others.length > 0) throw new Error("Pass one statement.");
  return new Analysis().run(stmt);
}
