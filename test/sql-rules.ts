import { parse } from "libpg-query";

/** A node of the parser's tree: its kind, or fields and lists of nodes. */
type Node = Readonly<Record<string, unknown>>;

/** Tables that are spread by `thread_id`. */
const SPREAD = [
  ...["checkpoints", "checkpoint_blobs", "checkpoint_writes"],
  ...["waypost_parts", "waypost_deleted_threads"],
];

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;

/** All nodes of a kind, down to sub-selects if `deep`. */
function find(value: unknown, kind: string, deep = true): Node[] {
  if (!isNode(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const own = key === kind && isNode(child) ? [child] : [];
    const isBelow = key === "SelectStmt" || key === "ctequery" || key === "SubLink";
    return isBelow && !deep ? own : [...own, ...find(child, kind, deep)];
  });
}

const columnOf = (node: unknown): string[] | undefined => {
  const [column] = isNode(node) && isNode(node.ColumnRef) ? [node.ColumnRef] : [];
  const fields = column?.fields as { String?: { sval: string } }[] | undefined;
  return fields?.map((field) => field.String?.sval ?? "*");
};

const isParameter = (node: unknown): boolean =>
  isNode(node) &&
  (isNode(node.ParamRef) || (isNode(node.TypeCast) && isParameter(node.TypeCast.arg)));

/** Conditions that all must hold. */
function conjuncts(node: unknown): Node[] {
  if (!isNode(node)) return [];
  const { BoolExpr: all } = node as { BoolExpr?: { boolop: string; args: Node[] } };
  return all?.boolop === "AND_EXPR" ? all.args.flatMap(conjuncts) : [node];
}

/** Whether a condition says `table.thread_id = $n`, or equal to the thread of another row. */
function binds(condition: Node, table: string, isOnly: boolean): boolean {
  const { A_Expr: equal } = condition as { A_Expr?: Node };
  const [operator] = (equal?.name ?? []) as { String?: { sval: string } }[];
  if (operator?.String?.sval !== "=") return false;
  const sides = [equal?.lexpr, equal?.rexpr];
  const isOwn = (side: unknown) => {
    const path = columnOf(side);
    if (path?.at(-1) !== "thread_id") return false;
    return path.length === 1 ? isOnly : path[0] === table;
  };
  const isGiven = (side: unknown) => isParameter(side) || columnOf(side)?.at(-1) === "thread_id";
  return sides.some((side, i) => isOwn(side) && isGiven(sides[1 - i]));
}

/** Accesses of one level of a statement whose thread is not bound. */
function unbound(level: Node): string[] {
  const from = [
    level.fromClause,
    level.usingClause,
    level.relation && { RangeVar: level.relation },
  ];
  const tables = find(from, "RangeVar", false).filter((table) =>
    SPREAD.includes(String(table.relname)),
  );
  const quals = find(from, "JoinExpr", false).map((join) => join.quals);
  const conditions = [level.whereClause, ...quals].flatMap(conjuncts);
  return tables.flatMap((table) => {
    const { aliasname } = (table.alias ?? {}) as { aliasname?: string };
    const name = aliasname ?? String(table.relname);
    const isBound = conditions.some((one) => binds(one, name, tables.length === 1));
    return isBound ? [] : [String(table.relname)];
  });
}

/** A statement itself, or the selects of a UNION, EXCEPT or INTERSECT. */
function branches(level: Node): Node[] {
  const { op, larg, rarg } = level as { op?: string; larg?: Node; rarg?: Node };
  if (op === undefined || op === "SETOP_NONE" || !larg || !rarg) return [level];
  return [larg, rarg].flatMap(branches);
}

/** Functions in the FROM of an expression's sub-select that take columns from outside of it. */
function correlatedFunctions(tree: unknown): string[] {
  return find(tree, "SubLink").flatMap((link) => {
    const names = new Set(find(link, "alias").map(({ aliasname }) => String(aliasname)));
    return find(link, "RangeFunction")
      .flatMap((call) =>
        find(call.functions, "ColumnRef").map((column) => columnOf({ ColumnRef: column })),
      )
      .filter((path) => path !== undefined && !(path.length > 1 && names.has(path[0] as string)))
      .map((path) => `function over ${path?.join(".")}`);
  });
}

/** What keeps a statement from running on the one node that has the thread. */
export async function distributionProblems(text: string): Promise<string[]> {
  const tree = await parse(text);
  const statements = ["SelectStmt", "DeleteStmt", "UpdateStmt"].flatMap((kind) => find(tree, kind));
  const levels = statements.flatMap(branches);
  return [...levels.flatMap(unbound), ...correlatedFunctions(tree)];
}
