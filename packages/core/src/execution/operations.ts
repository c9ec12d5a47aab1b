/** What can be done about an operation that has failed. docs/reliability.md has the same table. */
export interface OperationTraits {
  /** Doing it twice is like doing it once, also where the first time was done and its answer lost. */
  readonly idempotent: boolean;
  /** It works in steps that each stand by themselves: called again, it goes on after the last. */
  readonly resumable: boolean;
  /** A saver tries it again by itself. */
  readonly retried: boolean;
  /** It may wait for something that is no fault, so the option `timeout` is not for it. */
  readonly untimed?: true;
}

const AT_ONCE = { idempotent: true, resumable: false, retried: true } as const;
/** Not retried: what it returns would lack what was done before the error. */
const IN_STEPS = { idempotent: true, resumable: true, retried: false } as const;

/** All operations of a saver, by the names in events and errors. */
export const OPERATIONS = {
  setup: AT_ONCE,
  put: AT_ONCE,
  putWrites: AT_ONCE,
  getTuple: AT_ONCE,
  list: AT_ONCE,
  getDeltaChannelHistory: AT_ONCE,
  listThreads: AT_ONCE,
  deleteThread: AT_ONCE,
  threadLock: { ...AT_ONCE, untimed: true },
  deleteThreads: IN_STEPS,
  prune: IN_STEPS,
  sweep: IN_STEPS,
  deleteForRuns: IN_STEPS,
  rewriteStorage: IN_STEPS,
  retention: IN_STEPS,
  // Its caller has seen some of what it found.
  verify: { idempotent: true, resumable: false, retried: false },
  // The second time, the target exists.
  copyThread: { idempotent: false, resumable: false, retried: false },
} as const satisfies Readonly<Record<string, OperationTraits>>;

export type OperationName = keyof typeof OPERATIONS;
