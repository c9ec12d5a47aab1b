import {
  type Checkpoint,
  type CheckpointMetadata,
  type CheckpointPendingWrite,
  compareWritesSortKeys,
  type PendingWrite,
  WRITES_IDX_MAP,
  writesSortKey,
} from "@langchain/langgraph-checkpoint";

export interface ModelCheckpoint {
  readonly id: string;
  readonly parent: string | undefined;
  readonly checkpoint: Checkpoint;
  readonly metadata: CheckpointMetadata;
}

interface ModelWrite {
  readonly task: string;
  readonly path: string;
  readonly idx: number;
  readonly channel: string;
  readonly value: unknown;
}

/** What a saver must hold of one namespace of a thread, as plainly as it can be said. */
export class ThreadModel {
  readonly checkpoints: ModelCheckpoint[] = [];
  readonly #writes = new Map<string, ModelWrite[]>();

  put(parent: string | undefined, checkpoint: Checkpoint, metadata: CheckpointMetadata): void {
    this.checkpoints.push({ id: checkpoint.id, parent, checkpoint, metadata });
  }

  /** Ordinary writes that are there already stay; special ones are replaced. */
  putWrites(id: string, writes: PendingWrite[], task: string, path: string): void {
    if (writes.length === 0) return;
    const stored = this.#writes.get(id) ?? [];
    for (const [position, [channel, value]] of writes.entries()) {
      const special = Object.hasOwn(WRITES_IDX_MAP, channel);
      const idx = special ? (WRITES_IDX_MAP[channel] as number) : position;
      const at = stored.findIndex((write) => write.task === task && write.idx === idx);
      const write = { task, path, idx, channel, value };
      if (at === -1) stored.push(write);
      else if (idx < 0) stored[at] = write;
    }
    this.#writes.set(id, stored);
  }

  remove(id: string): void {
    const at = this.checkpoints.findIndex((stored) => stored.id === id);
    if (at !== -1) this.checkpoints.splice(at, 1);
    this.#writes.delete(id);
  }

  copy(): ThreadModel {
    const copy = new ThreadModel();
    for (const { checkpoint, ...stored } of this.checkpoints) {
      const channel_values = { ...checkpoint.channel_values };
      copy.checkpoints.push({ ...stored, checkpoint: { ...checkpoint, channel_values } });
    }
    for (const [id, writes] of this.#writes) copy.#writes.set(id, [...writes]);
    return copy;
  }

  get hasWrites(): boolean {
    return this.#writes.size > 0;
  }

  get isEmpty(): boolean {
    return this.checkpoints.length === 0 && !this.hasWrites;
  }

  clear(): void {
    this.checkpoints.length = 0;
    this.#writes.clear();
  }

  writes(id: string): CheckpointPendingWrite[] {
    const key = (w: ModelWrite) => writesSortKey(w.path, w.task, w.idx);
    return [...(this.#writes.get(id) ?? [])]
      .sort((a, b) => compareWritesSortKeys(key(a), key(b)))
      .map((write) => [write.task, write.channel, write.value]);
  }

  /** Newest first. */
  list(): ModelCheckpoint[] {
    return [...this.checkpoints].sort((a, b) => (a.id < b.id ? 1 : -1));
  }
}
