import type { CheckpointTuple } from "@langchain/langgraph-checkpoint";
import type { Session } from "../session.ts";
import { valuesAt } from "../show/conversation.ts";
import { changedKeys, isInternal, type Step } from "../show/history.ts";
import { StoredValues } from "../show/stored.ts";
import type { Thread } from "../show/thread.ts";
import type { ChannelInfo, Shape, StepKey } from "./api.ts";
import { NotFound } from "./errors.ts";
import { partOf, shapeOf } from "./shapes.ts";

/** Checkpoints whose values are kept, as somebody opens one part of them after the other. */
const MOST = 4;

interface Values {
  readonly tuple: CheckpointTuple;
  readonly channels: ReadonlyMap<string, unknown>;
}

/** The values of the checkpoints that are looked at. */
export class ValueReader {
  readonly #session: Session;
  readonly #known = new Map<string, Promise<Values>>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** The values of the application's channels, by channel. @throws NotFound */
  async channels(threadId: string, step: StepKey): Promise<ReadonlyMap<string, unknown>> {
    return (await this.#at(threadId, step)).channels;
  }

  /** A part of a channel's value. @throws NotFound */
  async channel(
    threadId: string,
    step: StepKey,
    { channel, path, from }: { channel: string; path: readonly number[]; from: number },
  ): Promise<Shape> {
    const channels = await this.channels(threadId, step);
    if (!channels.has(channel)) throw new NotFound("The channel holds no value here.");
    return shapeOf(partOf(channels.get(channel), path), from);
  }

  /** A part of a pending write. These come as a run goes on, so they are read each time. @throws NotFound */
  async write(
    threadId: string,
    step: StepKey,
    { position, path, from }: { position: number; path: readonly number[]; from: number },
  ): Promise<Shape> {
    const { pendingWrites = [] } = await this.#tuple(threadId, step);
    const write = pendingWrites[position];
    if (write === undefined) throw new NotFound("There is no such write, or not any more.");
    return shapeOf(partOf(write[2], path), from);
  }

  #at(threadId: string, step: StepKey): Promise<Values> {
    const key = JSON.stringify([threadId, step.namespace, step.id]);
    const values = this.#known.get(key) ?? this.#read(threadId, step);
    this.#known.delete(key);
    this.#known.set(key, values);
    values.catch(() => this.#known.delete(key));
    for (const [oldest] of this.#known) {
      if (this.#known.size <= MOST) break;
      this.#known.delete(oldest);
    }
    return values;
  }

  async #read(threadId: string, step: StepKey): Promise<Values> {
    const tuple = await this.#tuple(threadId, step);
    return { tuple, channels: await valuesAt(this.#session, tuple) };
  }

  async #tuple(thread_id: string, { namespace, id }: StepKey): Promise<CheckpointTuple> {
    const tuple = await this.#session.saver.getTuple({
      configurable: { thread_id, checkpoint_ns: namespace, checkpoint_id: id },
    });
    if (tuple === undefined) throw new NotFound("There is no such checkpoint, or not any more.");
    return tuple;
  }
}

/** The application's channels at a step and how large their values are, without the values. */
export async function channelsAt(
  session: Session,
  threadId: string,
  thread: Thread,
  step: Step,
): Promise<ChannelInfo[]> {
  const channels = Object.keys(step.versions).filter((channel) => !isInternal(channel));
  const stored = new StoredValues();
  await stored.read(session, threadId, [{ step, channels }]);
  const changed = new Set(changedKeys(step.versions, thread.parentOf(step)?.versions));
  return channels.sort().map((channel) => ({
    ...{ channel, version: String(step.versions[channel]), changed: changed.has(channel) },
    bytes: stored.of(step, channel)?.bytes,
  }));
}
