import type { SqlValue } from "@waypost/core/adapter";

type Type = "text" | "text[]" | "jsonb" | "numeric" | "float8" | "bigint" | "int";

/** Sent as text: what a driver takes for JSON or for a number, it may encode once more. */
const AS_TEXT: readonly Type[] = ["jsonb", "numeric", "float8"];

/** The values of one statement, in the order of their placeholders. */
export class Bindings {
  readonly values: SqlValue[] = [];

  /** @returns the placeholder of a value, cast to its type */
  add(value: SqlValue, type: Type): string {
    this.values.push(value);
    const placeholder = `$${this.values.length}`;
    return AS_TEXT.includes(type) ? `${placeholder}::text::${type}` : `${placeholder}::${type}`;
  }
}
