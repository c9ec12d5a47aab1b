import { createHash } from "node:crypto";

/** A value that says itself where it belongs, and whether it is whole. */
export interface Content {
  readonly channel: string;
  /** The version of the channel that it was put under, or the checkpoint and task of a write. */
  readonly place: string;
  readonly items: readonly string[];
  readonly digest: string;
}

const digestOf = (channel: string, place: string, items: readonly string[]): string =>
  createHash("sha1")
    .update(JSON.stringify([channel, place, items]))
    .digest("base64");

export const contentOf = (channel: string, place: string, items: readonly string[]): Content => ({
  ...{ channel, place, items },
  digest: digestOf(channel, place, items),
});

/** Whether it is what somebody put there. */
export function isWhole(value: unknown, channel: string, place: string): value is Content {
  const { items, digest, ...rest } = (value ?? {}) as Content;
  return (
    rest.channel === channel &&
    rest.place === place &&
    Array.isArray(items) &&
    digest === digestOf(channel, place, items)
  );
}

/** Of a write's value. */
export const placeOfWrite = (checkpointId: string, taskId: string): string =>
  `${checkpointId} ${taskId}`;

/** The same numbers for the same seed, from 0 to 1. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
