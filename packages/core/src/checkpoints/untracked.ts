import type { RunnableConfig } from "@langchain/core/runnables";
import { type Checkpoint, TASKS, uuid5 } from "@langchain/langgraph-checkpoint";
import { SerializationError } from "../errors/errors.js";
import type { CheckpointKey, NamespaceKey } from "../input/config.js";
import { isPlain } from "../serializer/plain.js";
import type { StoredValue } from "../serializer/values.js";

type Values = Checkpoint["channel_values"];
type Encode = (value: unknown) => Promise<StoredValue>;

/** The channel of a graph's input, which holds what is meant for the channels of its state. */
const START = "__start__";

/** Whether LangGraph keeps nothing of what is meant for a channel, e.g. of an UntrackedValue. */
export type IsUntracked = (channel: string, value: unknown) => boolean;

const isUntrackedIn = (values: Values, channel: string) =>
  Object.hasOwn(values, channel) && values[channel] === undefined;

/**
 * A checkpoint holds `undefined` for each of its graph's untracked channels. A subgraph that lacks them
 * gets the state of its parent all the same: what is the value of a parent's channel is refused with the
 * parent's checkpoint, if that keeps it.
 */
export function untrackedIn(values: Values, config: RunnableConfig): IsUntracked {
  const read: unknown = config.configurable?.__pregel_read;
  return (channel, value) => {
    if (isUntrackedIn(values, channel)) return true;
    try {
      return typeof read === "function" && read(channel) === value;
    } catch {
      return false; // The parent has no such channel.
    }
  };
}

/**
 * Encodes a value without what is meant for untracked channels and can't be stored. LangGraph itself
 * leaves that out of a task's writes, but not of a graph's input and of what is sent to nodes.
 *
 * @throws SerializationError if the rest can't be stored
 */
export async function encodeTracked(
  channel: string,
  value: unknown,
  isUntracked: IsUntracked,
  encode: Encode,
): Promise<StoredValue> {
  try {
    return await encode(value);
  } catch (error) {
    if (!(error instanceof SerializationError)) throw error;
    const kept = await without(channel, value, async (name, part) => {
      return isUntracked(name, part) && !(await isStorable(part, encode));
    });
    if (kept === value) throw error;
    return encode(kept);
  }
}

async function isStorable(value: unknown, encode: Encode): Promise<boolean> {
  return encode(value).then(
    () => true,
    () => false,
  );
}

type Leave = (name: string, value: unknown) => Promise<boolean>;

/** @returns the value itself if nothing is left out of it */
async function without(channel: string, value: unknown, leave: Leave): Promise<unknown> {
  if (channel === START) return withoutKeys(value, leave);
  if (channel !== TASKS) return value;
  if (!Array.isArray(value)) return withoutArgs(value, leave);
  const sends = await Promise.all(value.map((send) => withoutArgs(send, leave)));
  return sends.every((send, i) => send === value[i]) ? value : sends;
}

async function withoutArgs(send: unknown, leave: Leave): Promise<unknown> {
  const { node, args: passed } = (send ?? {}) as { node?: unknown; args?: unknown };
  if (typeof node !== "string") return send;
  const args = await withoutKeys(passed, leave);
  if (args === passed) return send;
  return Object.assign(Object.create(Object.getPrototypeOf(send)), send, { args });
}

async function withoutKeys(value: unknown, leave: Leave): Promise<unknown> {
  if (!isPlain(value)) return value;
  const kept = { ...value };
  for (const [name, part] of Object.entries(value)) if (await leave(name, part)) delete kept[name];
  return Object.keys(kept).length === Object.keys(value).length ? value : kept;
}

/** What was left out of an update, with why it can't be stored. */
interface LeftOut {
  readonly channel: string;
  readonly error: SerializationError;
}

/** How many checkpoints are remembered whose updates were stored in part. */
const REMEMBERED = 1000;

/**
 * Writes of `updateState`, of which LangGraph leaves out nothing. The checkpoint that it stores right after
 * them tells the channels that it keeps: only then is what can't be stored refused, before that is stored.
 */
export class Updates {
  readonly #leftOut = new Map<string, LeftOut[]>();

  /**
   * @param task whose writes they are
   * @returns undefined if a write can't be stored, and may be left out
   * @throws SerializationError if it can't be stored, and has to be
   */
  async encodeWrite(
    task: CheckpointKey & { readonly checkpointId: string; readonly taskId: string },
    taskPath: string,
    [channel, value]: readonly [string, unknown],
    encode: Encode,
  ): Promise<StoredValue | undefined> {
    try {
      return await encode(value);
    } catch (error) {
      const isInput = channel === START && task.taskId === uuid5("__input__", task.checkpointId);
      const isUpdate = isInput || taskPath.startsWith("~__interrupt__");
      if (!isUpdate || !(error instanceof SerializationError)) throw error;
      if (channel !== START && channel !== TASKS) {
        this.#add(task, { channel, error });
        return undefined;
      }
      const kept = await without(channel, value, async (name, part) => {
        if (await isStorable(part, encode)) return false;
        this.#add(task, { channel: name, error });
        return true;
      });
      return encode(kept);
    }
  }

  /**
   * @param parent the checkpoint that the values continue from
   * @throws SerializationError if what was left out of an update is kept by its graph
   */
  check(parent: NamespaceKey & { readonly parentId: string | null }, values: Values): void {
    const key = keyOf(parent, parent.parentId);
    const leftOut = this.#leftOut.get(key);
    if (leftOut === undefined) return;
    this.#leftOut.delete(key);
    for (const { channel, error } of leftOut) if (!isUntrackedIn(values, channel)) throw error;
  }

  #add(task: NamespaceKey & { readonly checkpointId: string }, left: LeftOut): void {
    const key = keyOf(task, task.checkpointId);
    const [oldest] = this.#leftOut.keys();
    if (this.#leftOut.size >= REMEMBERED) this.#leftOut.delete(oldest as string);
    this.#leftOut.set(key, [...(this.#leftOut.get(key) ?? []), left]);
  }
}

function keyOf({ threadId, checkpointNs }: NamespaceKey, checkpointId: string | null): string {
  return JSON.stringify([threadId, checkpointNs, checkpointId]);
}
