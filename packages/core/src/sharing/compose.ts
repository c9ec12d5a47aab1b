import { bufferOf } from "./bytes.js";
import { commonRuns, type Run } from "./diff.js";
import { STREAM_BYTES } from "./segments.js";

/** Smaller values are stored in full. */
export const MIN_INCREMENTAL = 1024;
const MAX_TAIL = 64;

/** A value that another one may have bytes in common with. */
export interface Compared {
  readonly type: string;
  readonly data: string | Uint8Array;
  /** How many bytes go before its tail, where others may refer to them. */
  readonly head: number;
  /** Of text how many characters its tail has. */
  readonly tail?: number | undefined;
}

/** Bytes of the head of another value. */
export interface Taken {
  readonly from: number;
  readonly length: number;
}

/** What a value is made of. */
export interface Composition {
  readonly isText: boolean;
  /** What is taken from the other value, and bytes that it has not, in order. */
  readonly items: readonly (Taken | Buffer)[];
  /** Its last bytes, which change whenever it grows. */
  readonly tail: Buffer;
}

/**
 * What a value has in common with another of its channel; undefined where it is better stored whole: it is
 * small, very large, or has less than half in common with the other.
 */
export function compose(
  before: Compared,
  type: string,
  data: string | Uint8Array,
): Composition | undefined {
  if (before.type !== type || data.length < MIN_INCREMENTAL) return undefined;
  const continued = composeContinued(before, data);
  if (continued !== undefined) return continued;
  const known = bufferOf(before.data);
  const bytes = bufferOf(data);
  if (bytes.length > STREAM_BYTES) return undefined;
  const runs = commonRuns(known, bytes);
  if (runs.reduce((sum, { length }) => sum + length, 0) * 2 < bytes.length) return undefined;
  const isText = typeof data === "string";
  const end = bytes.length - tailLength(known, bytes, isText);
  const taken = before.head === 0 ? [] : runs;
  const items = itemsOf(bytes, taken, { head: before.head, end, isText });
  return { isText, items, tail: bytes.subarray(end) };
}

/** The same value, of which nothing is taken from another. */
export function composeNew({ isText, tail }: Composition, data: string | Uint8Array): Composition {
  const bytes = bufferOf(data);
  return { isText, items: [bytes.subarray(0, bytes.length - tail.length)], tail };
}

/**
 * What text is made of that goes on where another ended, which is what most does: found without making UTF-8
 * of either. Undefined where it does not, or most of it is new.
 */
function composeContinued(before: Compared, data: string | Uint8Array): Composition | undefined {
  const { head, tail } = before;
  if (head === 0 || tail === undefined || typeof before.data !== "string") return undefined;
  const characters = before.data.length - tail;
  if (typeof data !== "string" || data.slice(0, characters) !== before.data.slice(0, characters)) {
    return undefined;
  }
  const added = bufferOf(data.slice(characters));
  if (added.length > head || head + added.length > STREAM_BYTES) return undefined;
  const end = added.length - tailLength(bufferOf(before.data.slice(characters)), added, true);
  const items = [{ from: 0, length: head }, ...(end === 0 ? [] : [added.subarray(0, end)])];
  return { isText: true, items, tail: added.subarray(end) };
}

/** Takes the runs from the other value, and what lies between them from this one. */
function itemsOf(
  bytes: Buffer,
  runs: readonly Run[],
  { head, end, isText }: { readonly head: number; readonly end: number; readonly isText: boolean },
): (Taken | Buffer)[] {
  const items: (Taken | Buffer)[] = [];
  let done = 0;
  const take = (to: number) => {
    if (done < to) items.push(bytes.subarray(done, to));
  };
  for (const run of runs) {
    const { from, at, length: most } = isText ? wholeCharacters(bytes, run) : run;
    const length = Math.min(most, head - from, end - at);
    if (length <= 0) continue;
    take(at);
    items.push({ from, length });
    done = at + length;
  }
  take(end);
  return items;
}

/** Parts are read as text, so none may begin or end within a character. */
function wholeCharacters(bytes: Buffer, { from, at, length }: Run): Run {
  const skip = Math.min(length, partOfCharacter(bytes, at));
  const over = bytes.length === at + length ? 0 : lastPart(bytes, at + length);
  return { from: from + skip, at: at + skip, length: Math.max(0, length - skip - over) };
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

/** Cuts bytes into parts of a size at most; of text, where no character is cut. */
export function cutAt(bytes: Buffer, size: number, isText: boolean): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const cut = Math.min(bytes.length, at + size);
    const stop = cut === bytes.length || !isText ? cut : cut - lastPart(bytes, cut);
    parts.push(bytes.subarray(at, stop));
    at = stop;
  }
  return parts;
}

/** How many bytes before an offset belong to a character that goes on beyond it. */
function lastPart(bytes: Buffer, offset: number): number {
  if (((bytes[offset] ?? 0) & 0xc0) !== 0x80) return 0;
  let length = 1;
  while (((bytes[offset - length] ?? 0) & 0xc0) === 0x80) length += 1;
  return length;
}
