import { loadModule, parseSync } from "libpg-query";
import type { Node } from "./scope.ts";

await loadModule();

/** What a kind of node must not hold on Citus. */
type Check = (node: Node) => readonly string[];

const holds = (node: unknown, kind: string): boolean =>
  typeof node === "object" &&
  node !== null &&
  (kind in node || Object.values(node).some((child) => holds(child, kind)));

const isEmpty = (list: unknown): boolean => !Array.isArray(list) || list.length === 0;

const returning: Check = ({ returningClause }) => [
  ...(holds(returningClause, "SubLink") ? ["RETURNING holds a sub-select"] : []),
  ...(holds(returningClause, "FuncCall") ? ["RETURNING calls a function"] : []),
];

const CHECKS: Readonly<Record<string, Check>> = {
  SelectStmt: ({ targetList, valuesLists, larg, lockingClause, whereClause }) => [
    ...(isEmpty(targetList) && isEmpty(valuesLists) && larg === undefined
      ? ["a SELECT has no column"]
      : []),
    ...(!isEmpty(lockingClause) && holds(whereClause, "SubLink")
      ? ["a SELECT that locks rows has a condition with a sub-select"]
      : []),
  ],
  InsertStmt: (node) => [
    ...returning(node),
    ...(holds(node.onConflictClause?.targetList, "FuncCall")
      ? ["DO UPDATE SET calls a function"]
      : []),
  ],
  UpdateStmt: returning,
  DeleteStmt: returning,
};

/**
 * What Citus refuses in a statement, or would run elsewhere than meant. Each rule was found on a cluster:
 *
 * - RETURNING holds no sub-select and calls no function, unless the function is immutable.
 * - DO UPDATE SET calls no function either.
 * - Every SELECT has a column.
 * - A SELECT that locks rows has no sub-select in its conditions.
 */
export function citusProblemsOf(text: string): string[] {
  const problems = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    for (const [kind, child] of Object.entries(node)) {
      // The sides of a union are selects without the name of their kind; those of a join are not.
      const isSide = (kind === "larg" || kind === "rarg") && child.op !== undefined;
      const check = CHECKS[isSide ? "SelectStmt" : kind];
      for (const problem of check?.(child) ?? []) problems.add(problem);
      visit(child);
    }
  };
  visit(parseSync(text));
  return [...problems];
}
