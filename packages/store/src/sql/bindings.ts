import type { SqlValue } from "@waypost/core/adapter";

/** The values of one statement, in the order of their placeholders. */
export class Bindings {
  readonly values: SqlValue[] = [];

  /** @returns the placeholder of a value, cast to its type */
  add(value: SqlValue, type: "text" | "text[]" | "jsonb" | "numeric" | "bigint" | "int"): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}
