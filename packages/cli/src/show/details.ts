import type { Session } from "../session.ts";
import { changedKeys, isInternal, type Step } from "./history.ts";
import { nextNodes, triggersOf } from "./next.ts";
import { StoredValues } from "./stored.ts";
import { type Superstep, sendsOf, superstepOf } from "./tasks.ts";
import { isRun, keyOf, type Thread } from "./thread.ts";
import { readWrites, type Write } from "./writes.ts";

const SENDS = "__pregel_tasks";

/** What is told of some steps beyond their checkpoints: their tasks, and what is next. */
export class Details {
  readonly thread: Thread;
  readonly #writes: ReadonlyMap<string, readonly Write[]>;
  readonly #stored: StoredValues;

  private constructor(
    thread: Thread,
    writes: ReadonlyMap<string, readonly Write[]>,
    stored: StoredValues,
  ) {
    this.thread = thread;
    this.#writes = writes;
    this.#stored = stored;
  }

  /** Reads it in two statements, however many steps there are. */
  static async read(
    session: Session,
    threadId: string,
    thread: Thread,
    steps: readonly Step[],
  ): Promise<Details> {
    const needed = new Map<string, Step>();
    for (const step of steps) {
      const parent = thread.parentOf(step);
      // The step before the parent sent to nodes that ran from the parent.
      for (const one of [step, parent, parent && thread.parentOf(parent)]) {
        if (one !== undefined) needed.set(keyOf(one), one);
      }
    }
    const stored = new StoredValues();
    const details = new Details(
      thread,
      await readWrites(session, threadId, [...needed.values()]),
      stored,
    );
    const wanted = steps.map((step) => ({
      step,
      channels: [
        ...details.unexplained(step),
        ...(thread.childrenOf(step).length === 0 ? [...triggersOf(step), SENDS] : []),
      ],
    }));
    await stored.read(session, threadId, wanted);
    return details;
  }

  /** What was tried from a checkpoint. */
  superstep(step: Step): Superstep {
    const parent = this.thread.parentOf(step);
    return superstepOf(this.#of(step), parent === undefined ? [] : sendsOf(this.#of(parent)));
  }

  /** What made a step: the tasks of its parent, or a caller's update. */
  origin(step: Step): Superstep {
    const parent = this.thread.parentOf(step);
    if (parent === undefined) return NOTHING;
    const { tasks, updates } = this.superstep(parent);
    if (isRun(step.source)) return { tasks, updates: tasks.length > 0 ? [] : updates };
    const siblings = this.thread.childrenOf(parent).filter(({ source }) => source === "update");
    // Of several updates only the first could store its writes.
    return step.source === "update" && siblings.length === 1 ? { tasks: [], updates } : NOTHING;
  }

  /** The nodes that ran since the parent. */
  nodes(step: Step): string[] {
    const ran = isRun(step.source) ? this.origin(step).tasks.map(({ node }) => node) : [];
    const known = ran.filter((node) => node !== undefined);
    const seen = changedKeys(step.seen, this.thread.parentOf(step)?.seen);
    const others = seen.filter(
      (node) => node !== "__interrupt__" && node !== "__input__" && !known.includes(node),
    );
    return [...known, ...others];
  }

  /** Channels of the application with another version than the parent has. */
  changed(step: Step): string[] {
    const before = this.thread.parentOf(step)?.versions;
    return changedKeys(step.versions, before).filter((channel) => !isInternal(channel));
  }

  /** Changed channels of which no pending write is stored. */
  unexplained(step: Step): string[] {
    const { tasks, updates } = this.origin(step);
    const written = [...tasks.flatMap(({ writes }) => writes), ...updates];
    return this.changed(step).filter((name) => !written.some(({ channel }) => channel === name));
  }

  /** Size of a channel's value, as far as it was read; undefined where none is stored. */
  bytes(step: Step, channel: string): number | undefined {
    const stored = this.#stored.of(step, channel);
    return stored?.isEmpty ? undefined : stored?.bytes;
  }

  /** The nodes that run next from the end of a branch, those that were tried already among them. */
  next(step: Step): string[] {
    const nodes = nextNodes(step, (channel) => this.#stored.of(step, channel));
    const parent = this.thread.parentOf(step);
    const sent = this.#stored.of(step, SENDS)?.isEmpty === false && parent !== undefined;
    return sent ? [...nodes, ...sendsOf(this.#of(parent))] : nodes;
  }

  #of(step: Step): readonly Write[] {
    return this.#writes.get(keyOf(step)) ?? [];
  }
}

const NOTHING: Superstep = { tasks: [], updates: [] };
