import type { Step } from "../show/history.ts";
import { type Run, runsOf, subgraphOf } from "../show/layout.ts";
import { keyOf, type Thread } from "../show/thread.ts";
import type { OutlineRow, StepRow } from "./api.ts";

/** Columns that are drawn; deeper branches lie on the last. */
const MOST_COLUMNS = 10;

export type Marks = ReadonlyMap<string, NonNullable<StepRow["mark"]>>;

interface Open {
  readonly step: Step;
  readonly lead: string;
  readonly from: StepRow["from"];
}

/**
 * The picture of a thread, from its first step down. The branch that is current runs straight through, each
 * other one stands beside it, right below the step that it forks from. Subgraphs stand below the step that ran them.
 */
export function outlineRows(thread: Thread, marks: Marks): OutlineRow[] {
  return new Drawing(thread, marks).rows;
}

class Drawing {
  readonly rows: OutlineRow[] = [];
  readonly #thread: Thread;
  readonly #marks: Marks;
  readonly #under: ReadonlyMap<string, readonly Run[]>;

  constructor(thread: Thread, marks: Marks) {
    this.#thread = thread;
    this.#marks = marks;
    const { under, elsewhere } = runsOf(thread);
    this.#under = under;
    const roots = thread.steps.filter(({ namespace }) => namespace === "");
    this.#tree(roots, "", undefined);
    for (const run of elsewhere) this.#run(run, "", undefined);
  }

  /** No recursion along a branch: a thread may be of any length. */
  #tree(steps: readonly Step[], base: string, within: number | undefined): void {
    const drawn = new Set(steps.map(({ id }) => id));
    const open: Open[] = steps
      .filter(({ parent }) => parent === null || !drawn.has(parent))
      .map((step): Open => ({ step, lead: base, from: within === undefined ? "nothing" : "above" }))
      .reverse();
    for (;;) {
      const next = open.pop();
      if (next === undefined) return;
      const { step, lead } = next;
      const children = this.#thread.childrenOf(step).filter(({ id }) => drawn.has(id));
      const main = children.findLast((child) => this.#thread.isCurrent(child)) ?? children.at(-1);
      const sign = main === undefined ? " " : this.#thread.isCurrent(main) ? "#" : "|";
      this.rows.push(this.#row(next, main !== undefined, within));
      for (const run of this.#under.get(keyOf(step)) ?? []) {
        this.#run(run, column(lead, sign), within);
      }
      if (main !== undefined) open.push({ step: main, lead, from: "above" });
      for (const child of children.filter((one) => one !== main).reverse()) {
        open.push({ step: child, lead: column(lead, sign), from: "left" });
      }
    }
  }

  #run({ namespace, steps }: Run, lead: string, within: number | undefined): void {
    const position = this.rows.length;
    this.rows.push({
      ...{ kind: "run", id: steps[0]?.id ?? "", namespace, name: subgraphOf(namespace) },
      ...{ steps: steps.length, lead, within },
    });
    this.#tree(steps, lead, position);
  }

  #row({ step, lead, from }: Open, down: boolean, within: number | undefined): StepRow {
    const { id, namespace, ts, source } = step;
    return {
      ...{ kind: "step", id, namespace, ts, step: step.step, source },
      ...{ current: this.#thread.isCurrent(step), mark: this.#marks.get(keyOf(step)) },
      ...{ lead, from, down, within },
    };
  }
}

const column = (lead: string, sign: string): string =>
  lead.length < MOST_COLUMNS ? lead + sign : lead;
