/** Bytes that two values have in common: `length` of them, at `from` in the old and `at` in the new. */
export interface Run {
  readonly from: number;
  readonly at: number;
  readonly length: number;
}

/** Shorter runs cost more to refer to than to store again. */
const MIN_RUN = 64;
/** How much has to be equal for two places to be taken for the same. */
const ANCHOR = 64;
const MAX_RUNS = 32;

/** A stretch of both values that is still to be compared. */
interface Rest {
  readonly from: number;
  readonly fromEnd: number;
  readonly at: number;
  readonly atEnd: number;
}

/**
 * What of an old value is found in a new one, in the order of both: their beginning, their end, and in
 * between what was kept around insertions, removals and replacements.
 */
export function commonRuns(before: Buffer, after: Buffer): Run[] {
  const start = sameAfter(before, 0, after, 0, Math.min(before.length, after.length));
  const end = sameBefore(before, after, Math.min(before.length, after.length) - start);
  const rest = { from: start, fromEnd: before.length - end, at: start, atEnd: after.length - end };
  return [
    { from: 0, at: 0, length: start },
    ...between(before, after, rest),
    { from: rest.fromEnd, at: rest.atEnd, length: end },
  ].filter(({ length }) => length >= MIN_RUN);
}

function between(before: Buffer, after: Buffer, all: Rest): Run[] {
  const runs: Run[] = [];
  let rest = all;
  while (runs.length < MAX_RUNS) {
    const run = nextRun(before, after, rest);
    if (run === undefined) break;
    runs.push(run);
    rest = { ...rest, from: run.from + run.length, at: run.at + run.length };
  }
  return runs;
}

/** Looks for some of the old bytes in the new, at growing distances from where the two part. */
function nextRun(before: Buffer, after: Buffer, rest: Rest): Run | undefined {
  const { from, fromEnd, at, atEnd } = rest;
  if (atEnd - at < ANCHOR) return undefined;
  const haystack = after.subarray(at, atEnd);
  for (let skip = 0; from + skip + ANCHOR <= fromEnd; skip += Math.max(ANCHOR, skip >> 1)) {
    const anchor = from + skip;
    const found = haystack.indexOf(before.subarray(anchor, anchor + ANCHOR));
    if (found >= 0) return widen(before, after, rest, anchor, at + found);
  }
  return undefined;
}

function widen(before: Buffer, after: Buffer, rest: Rest, anchor: number, found: number): Run {
  let back = 0;
  while (
    anchor - back > rest.from &&
    found - back > rest.at &&
    before[anchor - back - 1] === after[found - back - 1]
  )
    back += 1;
  const room = Math.min(rest.fromEnd - anchor, rest.atEnd - found);
  const length = back + sameAfter(before, anchor, after, found, room);
  return { from: anchor - back, at: found - back, length };
}

/** A block that is compared at once, in native code. */
const BLOCK = 2 ** 16;
/** Fewer bytes are compared one by one: that takes less time than a call. */
const FEW = 32;

/**
 * Whether `size` bytes are equal. Not with `Buffer.compare` and offsets: Deno checks them against the
 * wrong one of the two (denoland/deno#33389).
 */
function isSame(a: Buffer, i: number, b: Buffer, j: number, size: number): boolean {
  if (size > FEW) return a.subarray(i, i + size).equals(b.subarray(j, j + size));
  for (let k = 0; k < size; k++) if (a[i + k] !== b[j + k]) return false;
  return true;
}

/** How many bytes are equal from two places on, at most `limit`. */
function sameAfter(a: Buffer, i: number, b: Buffer, j: number, limit: number): number {
  let same = 0;
  for (let block = BLOCK; block >= 1 && same < limit; ) {
    const size = Math.min(block, limit - same);
    if (isSame(a, i + same, b, j + same, size)) same += size;
    else block = size >> 1;
  }
  return same;
}

/** How many bytes are equal at the ends of both, at most `limit`. */
function sameBefore(a: Buffer, b: Buffer, limit: number): number {
  let same = 0;
  for (let block = BLOCK; block >= 1 && same < limit; ) {
    const size = Math.min(block, limit - same);
    if (isSame(a, a.length - same - size, b, b.length - same - size, size)) same += size;
    else block = size >> 1;
  }
  return same;
}
