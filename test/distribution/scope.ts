import { CONTENT_TABLES, TABLES, type TableInfo } from "@waypost/core/adapter";

/** A node of the parser's tree: one key that names its kind, or the fields of such a kind. */
// biome-ignore lint/suspicious/noExplicitAny: the tree has hundreds of kinds of nodes
export type Node = Record<string, any>;

export interface Column {
  readonly name: string;
  /** Whether it always is the thread that a parameter names. */
  readonly bound: boolean;
}

/** What a FROM clause names. */
export interface Relation {
  readonly name: string;
  readonly columns: readonly Column[];
  /** The reference in the tree, where it is one to a table of threads. */
  readonly table?: Node;
}

export type Ctes = ReadonlyMap<string, readonly Column[]>;

export interface Scope {
  readonly relations: Relation[];
  readonly outer: Scope | undefined;
  /** Whether it is a sub-select in an expression. */
  readonly inExpression: boolean;
}

export interface Found {
  readonly relation: Relation;
  readonly column: Column;
  readonly scope: Scope;
  /** Whether it lies outside of the expression in which it is referred to. */
  readonly outside: boolean;
}

/** The tables that have rows of threads, and their columns. */
export const THREAD_TABLES = columnsOf([...CONTENT_TABLES, TABLES.deleted]);

export const OTHER_TABLES: Readonly<Record<string, readonly string[]>> = {
  ...columnsOf([TABLES.settings]),
  pg_locks: ["locktype", "database", "classid", "objid", "objsubid", "granted"],
  pg_database: ["oid", "datname"],
};

function columnsOf(tables: readonly TableInfo[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(tables.map(({ name, columns }) => [name, Object.keys(columns)]));
}

export const fieldsOf = (reference: Node): string[] =>
  reference.fields.map((field: Node) => field.String?.sval ?? "*");

/** @throws Error where nothing has that name, or more than one relation does */
export function resolve(reference: Node, from: Scope): Found {
  const fields = fieldsOf(reference);
  const name = fields.at(-1);
  const qualifier = fields.length > 1 ? fields.at(-2) : undefined;
  let outside = false;
  for (let scope: Scope | undefined = from; scope !== undefined; scope = scope.outer) {
    const here = scope;
    const found = here.relations
      .filter((relation) => qualifier === undefined || relation.name === qualifier)
      .flatMap((relation) => {
        const column = relation.columns.find((one) => one.name === name);
        return column === undefined ? [] : [{ relation, column, scope: here, outside }];
      });
    if (found.length > 1) throw new Error(`The column ${fields.join(".")} is ambiguous.`);
    if (found[0] !== undefined) return found[0];
    outside ||= scope.inExpression;
  }
  throw new Error(`There is no column ${fields.join(".")}.`);
}

/** Whether an expression always is the thread that a parameter names. */
export function isBound(expression: Node, scope: Scope): boolean {
  if (expression.ParamRef) return true;
  if (expression.TypeCast) return isBound(expression.TypeCast.arg, scope);
  return expression.ColumnRef !== undefined && resolve(expression.ColumnRef, scope).column.bound;
}

/** All columns of what `*` or `a.*` stands for. */
export function star(reference: Node, scope: Scope): Column[] {
  const [first] = fieldsOf(reference);
  return scope.relations
    .filter(({ name }) => first === "*" || first === name)
    .flatMap(({ columns }) => columns);
}
