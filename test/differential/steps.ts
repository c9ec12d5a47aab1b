import { isDeepStrictEqual } from "node:util";
import {
  BINARY,
  BUILTINS,
  LOOKALIKES,
  MESSAGES,
  NUMBERS,
  PLAIN as TEXTS,
} from "@waypost/conformance/samples";
import { serializer } from "@waypost/core";
import fc from "fast-check";

export const PLAIN = ["log", "text", "any", "__proto__"];
export const DELTA = ["notes", "état"];
/** Of each run; `"copy"` comes to be by copying. */
export const THREADS = ["one", "two \u{1f986}", "copy"];
export const SPACES = ["", "inner", "inner|deeper"];
export const RUNS = ["run 1", "run 2"];

/** Printed, they are to be read. */
const record = <T extends object>(fields: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) =>
  fc.record<T>(fields, { noNullPrototype: true });

/** Picks one of what there is when the step runs. */
const any = fc.nat({ max: 1000 });
const thread = fc.nat({ max: THREADS.length - 1 });
const storage = fc.constantFrom("incremental" as const, "full" as const);

const item = record({
  id: fc.nat(),
  content: fc.string({ maxLength: 300, unit: "binary" }),
});

/** The serializer has tests of its own; here are values that it leaves as they are to the last field. */
const samples: unknown[] = [];
for (const { value } of [
  ...TEXTS,
  ...NUMBERS,
  ...BUILTINS,
  ...BINARY,
  ...LOOKALIKES,
  ...MESSAGES,
]) {
  const [type, bytes] = await serializer().dumpsTyped(value);
  if (isDeepStrictEqual(await serializer().loadsTyped(type, bytes), value)) samples.push(value);
}
const sample = fc.constantFrom(...samples);

const put = record({
  kind: fc.constant("put" as const),
  thread,
  space: fc.nat({ max: 5 }),
  parent: any,
  /** Which parent: the latest, any that ever was, or one that was removed, if there is one. */
  from: fc.oneof(
    { weight: 6, arbitrary: fc.constant("latest" as const) },
    { weight: 2, arbitrary: fc.constant("any" as const) },
    { weight: 2, arbitrary: fc.constant("removed" as const) },
  ),
  /** Whether it is read before; of one that was removed, whether delta channels are stored whole. */
  reads: fc.boolean(),
  /** Writes that come before the checkpoint. */
  early: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  source: fc.constantFrom("input" as const, "loop" as const, "update" as const),
  run: fc.nat({ max: RUNS.length }),
  changed: fc.subarray(PLAIN),
  emptied: fc.subarray(PLAIN),
  appended: fc.subarray(DELTA),
  snapshot: fc.subarray(DELTA),
  /** Where the log and the text are cut, how much goes there, and what comes instead. */
  at: fc.oneof(
    { weight: 3, arbitrary: fc.constant(1) },
    fc.double({ min: 0, max: 1, noNaN: true }),
  ),
  out: fc.nat({ max: 3 }),
  items: fc.array(item, { maxLength: 4 }),
  sample,
});

const write = record({
  kind: fc.constant("write" as const),
  thread,
  to: any,
  task: fc.constantFrom("t1", "T2", "\u{1f986}", "\ufffd"),
  path: fc.constantFrom("", "~a", "~B", "\u{1f986}", "\ufffd"),
  channels: fc.uniqueArray(
    fc.constantFrom(...PLAIN, ...DELTA, "__error__", "__interrupt__", "__resume__"),
    { maxLength: 4 },
  ),
  sample,
});

const node = fc.constantFrom(
  ...(["append", "ask", "fan out", "within", "remembering", "fail once"] as const),
);

const graph = record({
  kind: fc.constant("graph" as const),
  thread,
  nodes: fc.array(node, { minLength: 1, maxLength: 3 }),
  /** How often the delta channel of the graph stores its value; 0 for a plain one. */
  delta: fc.nat({ max: 3 }),
  actions: fc.array(
    record({
      what: fc.constantFrom("input", "input", "resume", "go on", "update", "fork", "prune"),
      at: any,
      text: fc.string({ maxLength: 200, unit: "binary" }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

const list = record({
  kind: fc.constant("list" as const),
  thread,
  space: fc.nat({ max: 5 }),
  before: any,
  limit: fc.nat({ max: 12 }),
  source: fc.constantFrom(undefined, "loop", "update"),
});
/** A copy beside its original, as LangGraph stores it. */
const fork = record({ kind: fc.constant("fork" as const), thread, of: any });
/** The last put of the thread once more, as after an answer that was lost. */
const again = record({ kind: fc.constant("again" as const), thread });
const keepLast = fc.integer({ min: 1, max: 4 });
const prune = record({ kind: fc.constant("prune" as const), thread, keepLast });
const sweep = record({ kind: fc.constant("sweep" as const), keepLast });
const run = fc.nat({ max: RUNS.length - 1 });
const deleteRun = record({ kind: fc.constant("delete run" as const), run });
const remove = record({ kind: fc.constant("delete" as const), thread });
const copy = record({
  kind: fc.constant("copy" as const),
  from: thread,
  to: thread,
  overwrite: fc.boolean(),
});
const rewrite = record({ kind: fc.constant("rewrite" as const), storage });
const switched = record({ kind: fc.constant("switch" as const), storage });

export const step = record({
  /** Decides which savers do it. */
  by: fc.nat(),
  act: fc.oneof(
    { weight: 24, arbitrary: put },
    { weight: 8, arbitrary: write },
    { weight: 2, arbitrary: graph },
    { weight: 2, arbitrary: list },
    { weight: 1, arbitrary: fork },
    { weight: 1, arbitrary: again },
    { weight: 2, arbitrary: prune },
    { weight: 1, arbitrary: sweep },
    { weight: 1, arbitrary: deleteRun },
    { weight: 1, arbitrary: remove },
    { weight: 2, arbitrary: copy },
    { weight: 1, arbitrary: rewrite },
    { weight: 1, arbitrary: switched },
  ),
});

export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
export type Act = Step["act"];
export type ActOf<Kind extends Act["kind"]> = Extract<Act, { kind: Kind }>;
