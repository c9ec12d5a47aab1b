import { commonRuns, type Run } from "./diff.js";
import {
  lengthOf,
  newStream,
  pushSegment,
  type Segment,
  STREAM_BYTES,
  streamOf,
} from "./segments.js";

/** A value as it is stored under a version of its channel. */
export interface KnownValue {
  readonly version: string;
  /** Which put stored it; undefined where that is not known, so that the row may be another by now. */
  readonly putId?: string | undefined;
  readonly type: string;
  readonly data: string | Uint8Array;
  /** Where its bytes lie but for its tail; undefined where it is stored in full. */
  readonly segments: readonly Segment[] | undefined;
  /** Of shared text how many characters its tail has. */
  readonly tail?: number;
  /** Where a stream ends that its bytes may be continued in. */
  readonly end?: number | undefined;
}

/** Bytes to be stored at a position. */
export interface Part {
  readonly position: number;
  readonly bytes: Buffer;
}

/** How to store a value by what it shares with another. */
export interface IncrementalValue {
  readonly segments: readonly Segment[];
  readonly parts: readonly Part[];
  /** Its last bytes, which change whenever it grows, and so lie in its own row. */
  readonly tail: Buffer;
  /** Where the stream that was written to last ends then. */
  readonly end: number | undefined;
  /** Where streams must end for the parts to continue them; a new one must be empty. */
  readonly ends: readonly { readonly start: number; readonly stop: number }[];
}

/** Smaller values are stored in full. */
export const MIN_INCREMENTAL = 1024;
/** Larger rows are compressed and kept apart by the server, which reads them more slowly. */
export const MAX_PART = 2 ** 15;
/** A value in more pieces than this is written anew in one. */
const MAX_SEGMENTS = 64;
const MAX_TAIL = 64;

export const bufferOf = (data: string | Uint8Array): Buffer =>
  typeof data === "string"
    ? Buffer.from(data)
    : Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** A copy that no serializer of somebody else's can write over, nor hand out; of text none is needed. */
export const own = <Data extends string | Uint8Array>(data: Data): Data =>
  (typeof data === "string" ? data : Buffer.from(data)) as Data;

/**
 * How to store a value that comes after another of its channel; undefined where it is better stored
 * whole: it is small, very large, or has less than half in common with the other.
 */
export function planIncremental(
  known: KnownValue,
  type: string,
  data: string | Uint8Array,
): IncrementalValue | undefined {
  if (known.type !== type || data.length < MIN_INCREMENTAL) return undefined;
  const continued = planContinued(known, data);
  if (continued !== undefined) return continued;
  const before = bufferOf(known.data);
  const after = bufferOf(data);
  if (after.length > STREAM_BYTES) return undefined;
  const runs = commonRuns(before, after);
  if (runs.reduce((sum, { length }) => sum + length, 0) * 2 < after.length) return undefined;
  const isText = typeof data === "string";
  const end = after.length - tailLength(before, after, isText);
  const plan = known.segments && new Plan(known, after, isText).compose(runs, end).finish(end);
  if (plan !== undefined && plan.segments.length <= MAX_SEGMENTS) return plan;
  return new Plan({}, after, isText).compose([], end).finish(end);
}

/**
 * How to store text that goes on where another ended, which is what most do: found without making UTF-8
 * of either. Undefined where it does not, or most of it is new.
 */
function planContinued(known: KnownValue, data: string | Uint8Array): IncrementalValue | undefined {
  const { segments, tail } = known;
  if (segments === undefined || tail === undefined || typeof known.data !== "string") {
    return undefined;
  }
  const head = known.data.length - tail;
  if (typeof data !== "string" || data.slice(0, head) !== known.data.slice(0, head)) {
    return undefined;
  }
  const stored = lengthOf(segments);
  const added = bufferOf(data.slice(head));
  if (added.length > stored || stored + added.length > STREAM_BYTES) return undefined;
  const end = added.length - tailLength(bufferOf(known.data.slice(head)), added, true);
  return new Plan(known, added, true).append(end).finish(end);
}

/**
 * What stays behind whatever is appended later: the brackets that close a JSON text, and what else the
 * two values end with where that is little.
 */
function tailLength(before: Buffer, after: Buffer, isText: boolean): number {
  let same = 0;
  while (same <= MAX_TAIL && before.at(-1 - same) === after.at(-1 - same)) same += 1;
  const tail = same > MAX_TAIL ? closing(after) : Math.max(same, closing(after));
  return isText ? tail - partOfCharacter(after, after.length - tail) : 0;
}

function closing(bytes: Buffer): number {
  let length = 0;
  while (length < MAX_TAIL && ']}"'.includes(String.fromCharCode(bytes.at(-1 - length) ?? 0)))
    length += 1;
  return length;
}

/** How many bytes until the next character of UTF-8 begins. */
function partOfCharacter(bytes: Buffer, offset: number): number {
  let length = 0;
  while (((bytes[offset + length] ?? 0) & 0xc0) === 0x80) length += 1;
  return length;
}

/** Puts a value together from segments of another and bytes of its own. */
class Plan {
  readonly #known: readonly Segment[];
  readonly #bytes: Buffer;
  readonly #isText: boolean;
  readonly #segments: Segment[] = [];
  readonly #parts: Part[] = [];
  readonly #ends: { start: number; stop: number }[] = [];
  #end: number | undefined;
  /** Where the stream that this value begins goes on. */
  #own: number | undefined;

  constructor(
    { segments = [], end }: Pick<KnownValue, "end"> & Partial<Pick<KnownValue, "segments">>,
    bytes: Buffer,
    isText: boolean,
  ) {
    this.#known = segments;
    this.#end = end;
    this.#bytes = bytes;
    this.#isText = isText;
  }

  /** Takes the runs from the other value, and stores what lies between them. */
  compose(runs: readonly Run[], end: number): this {
    const stored = lengthOf(this.#known);
    let done = 0;
    for (const run of runs) {
      const cut = this.#isText ? this.#wholeCharacters(run) : run;
      const length = Math.min(cut.length, stored - cut.from, end - cut.at);
      if (length <= 0) continue;
      this.#store(done, cut.at);
      this.#copy(cut.from, length);
      done = cut.at + length;
    }
    this.#store(done, end);
    return this;
  }

  /** Takes all of the other value but its tail, and stores what comes after it. */
  append(end: number): this {
    this.#copy(0, lengthOf(this.#known));
    this.#store(0, end);
    return this;
  }

  finish(end: number): IncrementalValue {
    return {
      segments: this.#segments,
      parts: this.#parts,
      end: this.#end,
      ends: this.#ends,
      tail: this.#bytes.subarray(end),
    };
  }

  /** Parts are read as text, so none may begin or end within a character. */
  #wholeCharacters({ from, at, length }: Run): Run {
    const skip = Math.min(length, partOfCharacter(this.#bytes, at));
    const over = this.#bytes.length === at + length ? 0 : lastPart(this.#bytes, at + length);
    return { from: from + skip, at: at + skip, length: Math.max(0, length - skip - over) };
  }

  #copy(from: number, length: number): void {
    let offset = 0;
    for (const segment of this.#known) {
      const size = segment.to - segment.from;
      const begin = Math.max(from - offset, 0);
      const stop = Math.min(from + length - offset, size);
      if (begin < stop) {
        pushSegment(this.#segments, { from: segment.from + begin, to: segment.from + stop });
      }
      offset += size;
    }
  }

  #store(begin: number, end: number): void {
    if (begin >= end) return;
    let position = this.#place(end - begin);
    for (let at = begin; at < end; ) {
      const cut = Math.min(end, at + MAX_PART);
      const stop = cut === end || !this.#isText ? cut : cut - lastPart(this.#bytes, cut);
      this.#parts.push({ position, bytes: this.#bytes.subarray(at, stop) });
      pushSegment(this.#segments, { from: position, to: position + stop - at });
      position += stop - at;
      at = stop;
    }
    if (this.#own !== undefined && streamOf(this.#own) === streamOf(position)) this.#own = position;
    this.#end = position;
  }

  /** Goes on where the bytes before end their stream, or in the stream that is this value's own. */
  #place(length: number): number {
    const last = this.#segments.at(-1);
    const continues =
      last !== undefined &&
      this.#own === undefined &&
      this.#end === last.to &&
      last.to + length <= streamOf(last.from) + STREAM_BYTES;
    if (continues) {
      this.#ends.push({ start: streamOf(last.from), stop: last.to });
      return last.to;
    }
    if (this.#own === undefined) {
      this.#own = newStream();
      this.#ends.push({ start: this.#own, stop: this.#own });
    }
    return this.#own;
  }
}

/** How many bytes before an offset belong to a character that goes on beyond it. */
function lastPart(bytes: Buffer, offset: number): number {
  if (((bytes[offset] ?? 0) & 0xc0) !== 0x80) return 0;
  let length = 1;
  while (((bytes[offset - length] ?? 0) & 0xc0) === 0x80) length += 1;
  return length;
}
