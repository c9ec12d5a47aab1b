import type { KnownValue } from "./plan.js";

/** The values of one checkpoint, by channel. */
export type KnownValues = ReadonlyMap<string, KnownValue>;

/** Values of the checkpoints that were read or stored last, up to a size. */
export class Memory {
  readonly #maxBytes: number;
  readonly #checkpoints = new Map<string, { values: KnownValues; bytes: number }>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(checkpoint: string): KnownValues | undefined {
    return this.#checkpoints.get(checkpoint)?.values;
  }

  set(checkpoint: string, values: KnownValues): void {
    this.delete(checkpoint);
    const bytes = [...values.values()].reduce((sum, { data }) => sum + data.length, 0);
    if (bytes === 0 || bytes > this.#maxBytes) return;
    this.#checkpoints.set(checkpoint, { values, bytes });
    this.#bytes += bytes;
    for (const [oldest] of this.#checkpoints) {
      if (this.#bytes <= this.#maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(checkpoint: string): void {
    this.#bytes -= this.#checkpoints.get(checkpoint)?.bytes ?? 0;
    this.#checkpoints.delete(checkpoint);
  }
}
