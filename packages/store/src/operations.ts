import type { OperationTraits } from "@waypost/core/adapter";

const AT_ONCE = { idempotent: true, resumable: false, retried: true } as const;

/** All operations of a store, by the names in events and errors. docs/store.md has the same table. */
export const OPERATIONS = {
  setup: AT_ONCE,
  get: AT_ONCE,
  put: AT_ONCE,
  delete: AT_ONCE,
  search: AT_ONCE,
  listNamespaces: AT_ONCE,
  batch: AT_ONCE,
  // What it returns would lack what was removed before the error.
  sweep: { idempotent: true, resumable: true, retried: false },
} as const satisfies Readonly<Record<string, OperationTraits>>;

export type OperationName = keyof typeof OPERATIONS;
