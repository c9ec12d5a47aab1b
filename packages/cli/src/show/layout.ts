import { append } from "./group.ts";
import type { Step } from "./history.ts";
import { isRun, keyOf, type Thread } from "./thread.ts";
import { drawTree, type Line } from "./tree.ts";

/** A line of the drawing: a step, or the name of the subgraph whose steps follow. */
export type Drawn = Line<Step | { readonly subgraph: string }>;

export const isStep = (item: Drawn["item"]): item is Step => !("subgraph" in item);

/** Steps of a subgraph that ran as part of one step of the graph around it. */
export interface Run {
  readonly namespace: string;
  readonly steps: Step[];
}

/**
 * All steps of a thread in the order in which they are drawn, each subgraph under the step that ran it.
 *
 * @param roots the steps of the root graph that are drawn
 */
export function* layout(thread: Thread, roots: readonly Step[]): Generator<Drawn> {
  const { under, elsewhere } = runsOf(thread);
  yield* draw(roots, "", under);
  if (roots.length < thread.steps.filter(({ namespace }) => namespace === "").length) return;
  for (const run of elsewhere) yield* drawRun(run, "", under);
}

function* draw(
  steps: readonly Step[],
  margin: string,
  under: ReadonlyMap<string, readonly Run[]>,
): Generator<Drawn> {
  const drawn = drawTree(
    steps,
    ({ id }) => id,
    ({ parent }) => parent ?? undefined,
  );
  for (const { lead, rest, item } of drawn) {
    yield { lead: margin + lead, rest: margin + rest, item };
    for (const run of under.get(keyOf(item)) ?? []) yield* drawRun(run, `${margin}${rest}`, under);
  }
}

function* drawRun(
  { namespace, steps }: Run,
  margin: string,
  under: ReadonlyMap<string, readonly Run[]>,
): Generator<Drawn> {
  yield { lead: `${margin}  `, rest: margin, item: { subgraph: namespace } };
  yield* draw(steps, `${margin}    `, under);
}

/** Runs of subgraphs by the step under which they stand, and those whose step is gone or never known. */
export function runsOf(thread: Thread): {
  readonly under: ReadonlyMap<string, readonly Run[]>;
  readonly elsewhere: readonly Run[];
} {
  const runs = new Map<string, Run & { readonly around: Step | undefined }>();
  for (const step of thread.steps) {
    const { namespace } = step;
    if (namespace === "") continue;
    const around = aroundOf(step, thread);
    const key = JSON.stringify([namespace, around?.namespace, around?.id]);
    const run = runs.get(key);
    if (run === undefined) runs.set(key, { namespace, steps: [step], around });
    else run.steps.push(step);
  }
  const under = new Map<string, Run[]>();
  const elsewhere: Run[] = [];
  for (const { around, ...run } of runs.values()) {
    if (around === undefined) elsewhere.push(run);
    else {
      append(under, keyOf(endOf(around, run, thread)), run);
    }
  }
  return { under, elsewhere };
}

/** The nodes of a namespace, without the ids of their tasks. */
export const subgraphOf = (namespace: string): string =>
  namespace
    .split("|")
    .map((part) => part.replace(/:.*$/s, ""))
    .join(" › ");

/** The checkpoint of the innermost graph around a step of a subgraph, from which that graph ran it. */
function aroundOf({ namespace, around }: Step, thread: Thread): Step | undefined {
  const [innermost] = Object.entries(around)
    .filter(([outer]) => outer === "" || namespace.startsWith(`${outer}|`))
    .sort(([a], [b]) => b.length - a.length);
  return innermost && thread.find(...innermost);
}

/** The step in which the subgraph's task ended, or the checkpoint it runs from as long as it has not. */
function endOf(around: Step, run: Run, thread: Thread): Step {
  const start = run.steps[0]?.id ?? "";
  const ends = thread.childrenOf(around).filter(({ source, id }) => isRun(source) && id > start);
  return ends[0] ?? around;
}
