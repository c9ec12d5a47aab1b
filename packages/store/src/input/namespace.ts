import { InvalidNamespaceError, validateNamespace } from "@langchain/langgraph-checkpoint";

/** Between the labels of a namespace in the tables, as the official store has it; no label may hold it. */
export const SEPARATOR = ":";

/**
 * The namespace of an item, as stored.
 *
 * @throws InvalidNamespaceError unless LangGraph and Postgres take it
 */
export function pathOf(namespace: unknown): string {
  return checked(namespace, { allowReservedRoot: true }).join(SEPARATOR);
}

/** What the namespaces of a search begin with, as stored; `""` for all. */
export function prefixOf(prefix: unknown): string {
  return checked(prefix, { allowEmpty: true, allowReservedRoot: true }).join(SEPARATOR);
}

/** Labels that a namespace must begin or end with; `"*"` is any one label. */
export function patternOf(path: unknown): readonly string[] {
  return checked(path, { allowEmpty: true, allowReservedRoot: true });
}

/** The namespace of a stored item. */
export const labelsOf = (path: string): string[] => path.split(SEPARATOR);

function checked(
  namespace: unknown,
  options: Parameters<typeof validateNamespace>[1],
): readonly string[] {
  if (!Array.isArray(namespace)) {
    throw new InvalidNamespaceError(
      'The namespace must be an array of strings, e.g. ["users", "1"].',
    );
  }
  validateNamespace(namespace, options);
  if (!namespace.every((label) => label.isWellFormed())) {
    throw new InvalidNamespaceError(
      "Namespace labels must not hold half a surrogate pair, which Postgres can't store.",
    );
  }
  return namespace;
}

/** @throws InvalidNamespaceError if `put` must not write to it, as LangGraph has it; a batch may */
export function assertUnreserved(namespace: unknown): void {
  checked(namespace, {});
}
