import {
  type Column,
  type Ctes,
  fieldsOf,
  isBound,
  type Node,
  OTHER_TABLES,
  type Relation,
  resolve,
  type Scope,
  star,
  THREAD_TABLES,
} from "./scope.ts";

/** Functions that return rows, and the columns that some of them have. */
const SETS: Readonly<Record<string, readonly string[] | undefined>> = {
  unnest: undefined,
  generate_series: undefined,
  jsonb_object_keys: undefined,
  jsonb_array_elements: undefined,
  jsonb_each: ["key", "value"],
  jsonb_each_text: ["key", "value"],
};

const unbound = (names: readonly string[]): Column[] =>
  names.map((name) => ({ name, bound: false }));
const namesOf = (list: Node[] | undefined): string[] =>
  (list ?? []).map((name) => name.String.sval);
const renamed = (columns: readonly Column[], names: readonly string[]): Column[] =>
  columns.map((column, i) => ({ ...column, name: names[i] ?? column.name }));

/** Reads a statement's tree again and again, until no further table turns out to be bound. */
export class Analysis {
  readonly #bound = new Set<Node>();
  #tables = new Map<Node, string>();
  #sets = new Set<string>();

  run(statement: Node): string[] {
    let before: number;
    do {
      before = this.#bound.size;
      this.#tables = new Map();
      this.#sets = new Set();
      this.#statement(statement, undefined, new Map(), false);
    } while (this.#bound.size > before);
    const free = [...this.#tables].filter(([table]) => !this.#bound.has(table));
    return [...free.map(([, name]) => `${name} is not bound to a thread`), ...this.#sets];
  }

  /** @returns the columns of its rows */
  #statement(node: Node, outer: Scope | undefined, known: Ctes, inExpression: boolean): Column[] {
    const [kind = "", body] = Object.entries(node)[0] ?? [];
    const ctes = this.#ctes(body, outer, known);
    const scope: Scope = { relations: [], outer, inExpression };
    switch (kind) {
      case "SelectStmt":
        return this.#select(body, scope, ctes);
      case "InsertStmt":
        return this.#insert(body, scope, ctes);
      case "UpdateStmt":
      case "DeleteStmt":
        scope.relations.push(this.#table(body.relation, ctes));
        return this.#from(
          [...(body.fromClause ?? []), ...(body.usingClause ?? [])],
          body,
          scope,
          ctes,
        );
      default:
        throw new Error(`${kind} is not known here.`);
    }
  }

  #ctes({ withClause }: Node, outer: Scope | undefined, known: Ctes): Ctes {
    const ctes = new Map(known);
    for (const { CommonTableExpr: cte } of withClause?.ctes ?? []) {
      const names = namesOf(cte.aliascolnames);
      const first = cte.ctequery.SelectStmt?.larg;
      if (withClause.recursive && first !== undefined) {
        // What it has of itself is not taken for bound.
        const columns = this.#statement({ SelectStmt: first }, outer, ctes, false);
        ctes.set(cte.ctename, unbound(renamed(columns, names).map(({ name }) => name)));
      }
      const columns = this.#statement(cte.ctequery, outer, ctes, false);
      ctes.set(cte.ctename, renamed(columns, names));
    }
    return ctes;
  }

  #select(body: Node, scope: Scope, ctes: Ctes): Column[] {
    if (body.larg !== undefined) {
      const { outer, inExpression } = scope;
      const arm = (SelectStmt: Node) => this.#statement({ SelectStmt }, outer, ctes, inExpression);
      const right = arm(body.rarg);
      return arm(body.larg).map(({ name, bound }, i) => ({
        ...{ name, bound: bound && right[i]?.bound === true },
      }));
    }
    if (body.valuesLists !== undefined) {
      const rows: Node[][] = body.valuesLists.map(({ List }: Node) => List.items);
      this.#expressions(rows, scope, ctes);
      return (rows[0] ?? []).map((_, i) => ({
        name: `column${i + 1}`,
        bound: rows.every((row) => isBound(row[i] as Node, scope)),
      }));
    }
    return this.#from(body.fromClause ?? [], body, scope, ctes);
  }

  #insert(body: Node, scope: Scope, ctes: Ctes): Column[] {
    const rows = this.#statement(body.selectStmt, undefined, ctes, false);
    const target = this.#table(body.relation, ctes);
    const names: string[] = body.cols.map(({ ResTarget }: Node) => ResTarget.name);
    if (target.table && rows[names.indexOf("thread_id")]?.bound) this.#bound.add(target.table);
    scope.relations.push(target, { name: "excluded", columns: target.columns });
    this.#expressions([body.onConflictClause], scope, ctes);
    return this.#targets(body.returningClause?.exprs, scope);
  }

  /** What SELECT, UPDATE and DELETE have in common. */
  #from(items: Node[], body: Node, scope: Scope, ctes: Ctes): Column[] {
    for (const item of items) this.#item(item, scope, ctes);
    this.#conditions(body.whereClause, scope, scope.relations);
    const { targetList, whereClause, groupClause, havingClause, sortClause } = body;
    const { windowClause, limitCount, limitOffset, returningClause } = body;
    const all = [targetList, whereClause, groupClause, havingClause, sortClause, windowClause];
    this.#expressions([...all, limitCount, limitOffset, returningClause], scope, ctes);
    return this.#targets(returningClause?.exprs ?? (body.relation ? [] : targetList), scope);
  }

  #item(item: Node, scope: Scope, ctes: Ctes): void {
    if (item.RangeVar) scope.relations.push(this.#table(item.RangeVar, ctes));
    else if (item.RangeSubselect) {
      const { subquery, alias, lateral } = item.RangeSubselect;
      // Without LATERAL it is not part of the list that it stands in, but of the same expression.
      const around = lateral ? scope : { ...scope, relations: [] };
      const columns = this.#statement(subquery, around, ctes, false);
      const { aliasname = "", colnames } = alias ?? {};
      scope.relations.push({ name: aliasname, columns: renamed(columns, namesOf(colnames)) });
    } else if (item.RangeFunction) this.#function(item.RangeFunction, scope, ctes);
    else if (item.JoinExpr) this.#join(item.JoinExpr, scope, ctes);
    else throw new Error(`${Object.keys(item)[0]} is not known here.`);
  }

  #join({ jointype, larg, rarg, quals }: Node, scope: Scope, ctes: Ctes): void {
    if (jointype !== "JOIN_INNER" && jointype !== "JOIN_LEFT") {
      throw new Error(`${jointype} is not known here.`);
    }
    const first = scope.relations.length;
    this.#item(larg, scope, ctes);
    const right = scope.relations.length;
    this.#item(rarg, scope, ctes);
    // Rows of the left side stay, whatever the condition of a left join says.
    this.#conditions(quals, scope, scope.relations.slice(jointype === "JOIN_LEFT" ? right : first));
    this.#expressions([quals], scope, ctes);
  }

  #function({ functions, alias }: Node, scope: Scope, ctes: Ctes): void {
    const call = functions[0].List.items[0].FuncCall;
    const name = namesOf(call.funcname).at(-1) ?? "";
    if (!(name in SETS)) throw new Error(`The function ${name} is not known here.`);
    this.#expressions(functions, scope, ctes);
    const relation = alias?.aliasname ?? name;
    const given = namesOf(alias?.colnames);
    const columns = unbound(given.length > 0 ? given : (SETS[name] ?? [relation]));
    scope.relations.push({ name: relation, columns });
  }

  #table(node: Node, ctes: Ctes): Relation {
    const { schemaname, relname, alias } = node;
    const name = alias?.aliasname ?? relname;
    if (schemaname === undefined) {
      const columns = ctes.get(relname);
      if (columns === undefined) throw new Error(`There is no CTE ${relname}.`);
      return { name, columns };
    }
    if (OTHER_TABLES[relname]) return { name, columns: unbound(OTHER_TABLES[relname]) };
    const columns = THREAD_TABLES[relname];
    if (columns === undefined) throw new Error(`The table ${relname} is not known here.`);
    this.#tables.set(node, name === relname ? name : `${relname} ${name}`);
    const bound = (column: string) => column === "thread_id" && this.#bound.has(node);
    return { name, columns: columns.map((one) => ({ name: one, bound: bound(one) })), table: node };
  }

  /** Marks the tables whose `thread_id` a condition compares with what is bound. */
  #conditions(condition: Node | undefined, scope: Scope, of: readonly Relation[]): void {
    if (condition?.BoolExpr?.boolop === "AND_EXPR") {
      for (const one of condition.BoolExpr.args) this.#conditions(one, scope, of);
    }
    const { kind, name, lexpr, rexpr } = condition?.A_Expr ?? {};
    if (kind !== "AEXPR_OP" || namesOf(name)[0] !== "=") return;
    for (const [column, other] of [
      [lexpr, rexpr],
      [rexpr, lexpr],
    ]) {
      if (column.ColumnRef === undefined || fieldsOf(column.ColumnRef).at(-1) !== "thread_id")
        continue;
      const { relation } = resolve(column.ColumnRef, scope);
      if (relation.table && of.includes(relation) && isBound(other, scope)) {
        this.#bound.add(relation.table);
      }
    }
  }

  /** Looks into expressions for sub-selects, and for functions that return rows. */
  #expressions(node: unknown, scope: Scope, ctes: Ctes): void {
    if (typeof node !== "object" || node === null) return;
    const { SubLink, FuncCall } = node as Node;
    if (SubLink) {
      this.#expressions(SubLink.testexpr, scope, ctes);
      this.#statement(SubLink.subselect, scope, ctes, true);
      return;
    }
    const name = namesOf(FuncCall?.funcname).at(-1) ?? "";
    if (name in SETS) this.#arguments(name, FuncCall.args, scope);
    for (const child of Object.values(node)) this.#expressions(child, scope, ctes);
  }

  #arguments(name: string, node: unknown, scope: Scope): void {
    if (typeof node !== "object" || node === null || "SubLink" in node) return;
    const { ColumnRef } = node as Node;
    if (ColumnRef && resolve(ColumnRef, scope).outside) {
      this.#sets.add(`${name} returns rows of the outer column ${fieldsOf(ColumnRef).join(".")}`);
    }
    for (const child of Object.values(node)) this.#arguments(name, child, scope);
  }

  #targets(targets: Node[] | undefined, scope: Scope): Column[] {
    return (targets ?? []).flatMap(({ ResTarget: { name, val } }) => {
      const reference = (val.TypeCast?.arg ?? val).ColumnRef;
      if (reference && fieldsOf(reference).at(-1) === "*") return star(reference, scope);
      const own = reference ? fieldsOf(reference).at(-1) : undefined;
      return [{ name: name ?? own ?? "?column?", bound: isBound(val, scope) }];
    });
  }
}
