import { append } from "./group.ts";
import type { Step } from "./history.ts";

/** Where a thread's checkpoints stand to each other. */
export class Thread {
  readonly steps: readonly Step[];
  /** The checkpoint that the next run continues from. */
  readonly latest: Step | undefined;
  readonly #byKey: ReadonlyMap<string, Step>;
  readonly #children = new Map<string, Step[]>();
  readonly #current = new Set<string>();

  /** @param steps the oldest first */
  constructor(steps: readonly Step[]) {
    this.steps = steps;
    this.latest = steps.findLast(({ namespace }) => namespace === "");
    this.#byKey = new Map(steps.map((step) => [keyOf(step), step]));
    for (const step of steps) {
      if (step.parent === null) continue;
      append(this.#children, keyOf({ namespace: step.namespace, id: step.parent }), step);
    }
    for (let step = this.latest; step !== undefined; step = this.parentOf(step)) {
      // A damaged thread may go in circles.
      if (this.#current.has(step.id)) break;
      this.#current.add(step.id);
    }
  }

  find(namespace: string, id: string): Step | undefined {
    return this.#byKey.get(keyOf({ namespace, id }));
  }

  parentOf({ namespace, parent }: Step): Step | undefined {
    return parent === null ? undefined : this.find(namespace, parent);
  }

  childrenOf(step: Step): readonly Step[] {
    return this.#children.get(keyOf(step)) ?? [];
  }

  /** The steps in which the tasks of a checkpoint ended: none while they are under way, or have failed. */
  resultsOf(step: Step): readonly Step[] {
    return this.childrenOf(step).filter(({ source }) => isRun(source));
  }

  /** Whether it is on the branch that the next run continues, or was run from a step of it. */
  isCurrent({ namespace, id, around }: Step): boolean {
    const root = namespace === "" ? id : around[""];
    return root !== undefined && this.#current.has(root);
  }

  /** Ends of branches of the root graph. */
  get tips(): readonly Step[] {
    return this.steps.filter((step) => step.namespace === "" && this.childrenOf(step).length === 0);
  }
}

export const keyOf = ({ namespace, id }: Pick<Step, "namespace" | "id">): string =>
  JSON.stringify([namespace, id]);

/** Whether nodes ran, as opposed to a caller that passed input, updated the state or forked. */
export const isRun = (source: string | null): boolean => source === "loop";
