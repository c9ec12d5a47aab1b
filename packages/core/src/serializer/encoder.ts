import type { CheckedSerializerOptions } from "./options.js";
import type { DROPPED } from "./records.js";

/** What the encoders of single kinds of values need of the walk that meets them. `depth` is that of their value. */
export interface Encoder {
  readonly options: CheckedSerializerOptions;
  walk(value: unknown, depth: number): unknown;
  /** Walks a value that stands under a key of the one at `depth`. */
  child(key: string | number, value: unknown, depth: number): unknown;
  /** The values of a list, without those left out. */
  items(values: Iterable<unknown>, depth: number): unknown[];
  /** Key and value of each entry, without those of which either is left out. */
  entries(entries: Iterable<readonly [unknown, unknown]>, depth: number): [unknown, unknown][];
  /** For parts that a value can do without: what can't be stored is left out of them. */
  leniently(encode: () => unknown): unknown;
  /** @param what e.g. `a function` */
  unsupported(what: string, depth: number): typeof DROPPED;
  /** The path of the value at a depth, e.g. `value[3].additional_kwargs.fn`. */
  place(depth: number): string;
}
