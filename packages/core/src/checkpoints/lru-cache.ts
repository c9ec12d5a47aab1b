import type { CheckpointKey, NamespaceKey } from "../input/config.js";
import type { KnownValue } from "../sharing/plan.js";

/** The values of one checkpoint, by channel. */
export type KnownValues = ReadonlyMap<string, KnownValue>;

interface Entry {
  readonly namespace: string;
  readonly values: KnownValues;
  readonly bytes: number;
}

/** Values of the checkpoints that were read or stored last, up to a size. */
export class LruCache {
  readonly #maxBytes: number;
  readonly #checkpoints = new Map<string, Entry>();
  /** Of each namespace the checkpoint that was added last. */
  readonly #latest = new Map<string, string>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Those of the checkpoint, or of the one of its namespace that was added last. */
  get(key: CheckpointKey): KnownValues | undefined {
    const id = key.checkpointId === undefined ? this.#latest.get(namespaceOf(key)) : idOf(key);
    return id === undefined ? undefined : this.#checkpoints.get(id)?.values;
  }

  set(key: CheckpointKey, values: KnownValues): void {
    this.delete(key);
    const bytes = [...values.values()].reduce((sum, value) => sum + sizeOf(value), 0);
    if (bytes === 0 || bytes > this.#maxBytes) return;
    const [namespace, id] = [namespaceOf(key), idOf(key)];
    this.#checkpoints.set(id, { namespace, values, bytes });
    this.#latest.set(namespace, id);
    this.#bytes += bytes;
    for (const [oldest] of this.#checkpoints) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#delete(oldest);
    }
  }

  delete(key: CheckpointKey): void {
    this.#delete(idOf(key));
  }

  #delete(id: string): void {
    const entry = this.#checkpoints.get(id);
    if (entry === undefined) return;
    this.#bytes -= entry.bytes;
    this.#checkpoints.delete(id);
    if (this.#latest.get(entry.namespace) === id) this.#latest.delete(entry.namespace);
  }
}

/** About what a piece takes in memory, beside its bytes. */
const PIECE = 128;

const sizeOf = ({ data, pieces }: KnownValue): number =>
  data.length + (pieces === undefined ? 0 : PIECE * pieces.extents.length);

const namespaceOf = ({ threadId, checkpointNs }: NamespaceKey): string =>
  JSON.stringify([threadId, checkpointNs]);

const idOf = ({ threadId, checkpointNs, checkpointId }: CheckpointKey): string =>
  JSON.stringify([threadId, checkpointNs, checkpointId]);
