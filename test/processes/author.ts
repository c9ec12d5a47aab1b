import type { RunnableConfig } from "@langchain/core/runnables";
import type { Checkpoint, CheckpointTuple } from "@langchain/langgraph-checkpoint";
import type { Saver } from "@waypost/conformance";
import { checkpoint as newCheckpoint } from "@waypost/conformance/checkpoints";
import { type Content, contentOf, isWhole, placeOfWrite } from "./content.ts";
import type { Notes } from "./notes.ts";

const CHANNELS = ["messages", "document", "counter"];
const MAX_ITEMS = 40;
const WORDS = "Long enough for versions of a value to share it. ".repeat(4);

/** What is wrong with a checkpoint that was read, if anything is. */
export function problemOf(tuple: CheckpointTuple): string | undefined {
  const { id, channel_values: values, channel_versions: versions } = tuple.checkpoint;
  const { thread_id } = tuple.config.configurable ?? {};
  for (const [channel, version] of Object.entries(versions)) {
    if (!isWhole(values[channel], channel, String(version))) {
      return `${thread_id}, checkpoint ${id}: channel ${channel} is not what was put`;
    }
  }
  for (const [task, channel, value] of tuple.pendingWrites ?? []) {
    if (!isWhole(value, channel, placeOfWrite(id, task))) {
      return `${thread_id}, checkpoint ${id}: the write of ${task} is not what was put`;
    }
  }
  return undefined;
}

interface Own {
  readonly config: RunnableConfig;
  readonly checkpoint: Checkpoint;
}

/** Puts checkpoints whose values say where they belong, and notes them. */
export class Author {
  readonly #notes: Notes;
  readonly #random: () => number;
  readonly #name: string;
  /** The last few of each thread, from which it may go on without reading. */
  readonly #own = new Map<string, Own[]>();
  #count = 0;

  constructor(notes: Notes, random: () => number, name: string) {
    this.#notes = notes;
    this.#random = random;
    this.#name = name;
  }

  /** Goes on from the latest checkpoint, from its own last one, or from an earlier one. */
  async write(saver: Saver, thread: string, run?: string): Promise<RunnableConfig> {
    const parent = await this.#parent(saver, thread);
    const checkpoint = this.#next(saver, parent?.checkpoint);
    const channels = Object.entries(checkpoint.channel_values).map(([name, value]) => {
      const { place, digest } = value as Content;
      return [name, place, digest] as const;
    });
    const news = Object.entries(checkpoint.channel_versions).filter(
      ([name, version]) => parent?.checkpoint.channel_versions[name] !== version,
    );
    const { id } = checkpoint;
    const at = { thread_id: thread, checkpoint_ns: "" };
    if (this.#random() < 0.1) await this.#putWrites(saver, thread, id, "early");
    const note = {
      ...{ kind: "put" as const, thread, id, channels },
      parent: parent?.config.configurable?.checkpoint_id as string | undefined,
      ...(run === undefined ? {} : { run }),
    };
    const config = {
      configurable: { ...at, checkpoint_id: note.parent },
      ...(run === undefined ? {} : { metadata: { run_id: run } }),
    };
    const metadata = { source: "loop" as const, step: this.#count++, parents: {} };
    const stored = await this.#notes.during(note, () =>
      saver.put(config, checkpoint, metadata, Object.fromEntries(news)),
    );
    const own = this.#own.get(thread) ?? [];
    this.#own.set(thread, [...own.slice(-5), { config: stored, checkpoint }]);
    if (this.#random() < 0.4) await this.#putWrites(saver, thread, id, "later");
    return stored;
  }

  async #parent(saver: Saver, thread: string): Promise<Own | undefined> {
    const own = this.#own.get(thread) ?? [];
    const chance = this.#random();
    if (chance < 0.02) return undefined;
    if (chance < 0.3 && own.length > 0) return own.at(-1);
    if (chance < 0.45 && own.length > 0) return own[Math.floor(this.#random() * own.length)];
    const tuple = await saver.getTuple({ configurable: { thread_id: thread } });
    if (tuple === undefined) return undefined;
    const problem = problemOf(tuple);
    if (problem !== undefined) this.#notes.find(`read as the latest: ${problem}`);
    return problem === undefined ? tuple : undefined;
  }

  #next(saver: Saver, parent: Checkpoint | undefined): Checkpoint {
    const values: Record<string, unknown> = { ...parent?.channel_values };
    const versions: Record<string, number> = {
      ...(parent?.channel_versions as Record<string, number> | undefined),
    };
    const changed = CHANNELS.filter(
      (name) => !Object.hasOwn(versions, name) || this.#random() < 0.5,
    );
    for (const channel of changed) {
      const version = saver.getNextVersion(versions[channel]);
      const before = (values[channel] as Content | undefined)?.items ?? [];
      versions[channel] = version;
      values[channel] = contentOf(channel, String(version), this.#items(channel, before));
    }
    return newCheckpoint(values, versions);
  }

  /** Messages grow until there are too many, a document is edited anywhere, a counter is short. */
  #items(channel: string, before: readonly string[]): string[] {
    const item = `${this.#name} ${this.#count++} é\u{1f986} ${WORDS}`;
    if (channel === "counter") return [`${this.#count}`];
    if (channel === "messages") return [...before.slice(before.length > MAX_ITEMS ? 30 : 0), item];
    const at = Math.floor(this.#random() * before.length);
    return before.toSpliced(at, before.length > 15 ? 2 : 0, item);
  }

  async #putWrites(saver: Saver, thread: string, id: string, task: string): Promise<void> {
    const { digest, ...rest } = contentOf("messages", placeOfWrite(id, task), [this.#name, WORDS]);
    const note = { kind: "write" as const, thread, id, task, channel: "messages", digest };
    const config = { configurable: { thread_id: thread, checkpoint_ns: "", checkpoint_id: id } };
    await this.#notes.during(note, () =>
      saver.putWrites(config, [["messages", { ...rest, digest }]], task, "~path"),
    );
  }
}
