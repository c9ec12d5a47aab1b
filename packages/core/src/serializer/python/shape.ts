import { isUtf8 } from "node:buffer";
import { SerializationError } from "../../errors/errors.js";

/** Levels of lists, dicts and objects within each other. */
const MAX_DEPTH = 512;
/** A dict of nothing is one byte in a row and 50 or more in memory. */
const MAX_VALUES = 10_000_000;

interface Header {
  readonly kind: "scalar" | "bytes" | "text" | "list" | "dict";
  /** Bytes of the value itself, or of the number that tells its length. */
  readonly width: number;
  /** Bytes that follow beside the announced ones: the code of an extension. */
  readonly extra?: number;
}

const sized = (kind: Header["kind"], widths: number[], extra = 0): Header[] =>
  widths.map((width) => ({ kind, width, extra }));

/** The meaning of the first bytes 0xc0 to 0xdf, as msgpack's specification lists them. */
const HEADERS: readonly (Header | undefined)[] = [
  ...sized("scalar", [0]), // nil
  undefined, // never used
  ...sized("scalar", [0, 0]), // false, true
  ...sized("bytes", [1, 2, 4]), // bin
  ...sized("bytes", [1, 2, 4], 1), // ext
  ...sized("scalar", [4, 8]), // float
  ...sized("scalar", [1, 2, 4, 8]), // uint
  ...sized("scalar", [1, 2, 4, 8]), // int
  ...sized("scalar", [2, 3, 5, 9, 17]), // fixext, with their code
  ...sized("text", [1, 2, 4]), // str
  ...sized("list", [2, 4]),
  ...sized("dict", [2, 4]),
];

/**
 * Reads through a msgpack value without building it. A decoder makes room for what a row announces,
 * so a short row could otherwise take all memory.
 *
 * @param depth levels around this value
 * @throws SerializationError if it is cut off, nested too deeply, announces more than it holds, or holds
 *   text that is not UTF-8
 */
export function checkShape(bytes: Uint8Array, depth: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const open = new OpenValues();
  let position = 0;
  let announced = 1;
  do {
    if (position >= bytes.length) throw malformed("is cut off");
    const { children, text, end } = readValue(view, position);
    if (end > bytes.length) throw malformed("is cut off");
    if (text !== undefined && !isUtf8(bytes.subarray(text, end))) throw malformed("is not UTF-8");
    announced += children;
    if (announced > Math.min(bytes.length, MAX_VALUES)) throw malformed("announces too much");
    if (children > 0) open.begin(children);
    else open.complete();
    if (open.depth + depth > MAX_DEPTH) {
      throw malformed(`is nested more than ${MAX_DEPTH} levels deep`);
    }
    position = end;
  } while (open.depth > 0);
}

/** How many values each list or dict still lacks, the innermost last. */
class OpenValues {
  readonly #missing: number[] = [];

  get depth(): number {
    return this.#missing.length;
  }

  begin(children: number): void {
    this.#missing.push(children);
  }

  /** A value is there; those that it completes are values too. */
  complete(): void {
    for (let missing = this.#missing.pop(); missing !== undefined; missing = this.#missing.pop()) {
      if (missing > 1) {
        this.#missing.push(missing - 1);
        return;
      }
    }
  }
}

interface Value {
  /** Values that follow and belong to this one. */
  readonly children: number;
  /** Where its text begins, if it is one. */
  readonly text?: number;
  /** Where the next value begins. */
  readonly end: number;
}

function readValue(view: DataView, position: number): Value {
  const first = view.getUint8(position);
  const next = position + 1;
  if (first < 0x80 || first >= 0xe0) return { children: 0, end: next };
  if (first < 0x90) return { children: 2 * (first & 0x0f), end: next };
  if (first < 0xa0) return { children: first & 0x0f, end: next };
  if (first < 0xc0) return { children: 0, text: next, end: next + (first & 0x1f) };
  const header = HEADERS[first - 0xc0];
  if (header === undefined) throw malformed("has a byte that means nothing");
  const { kind, width, extra = 0 } = header;
  const start = next + width;
  if (kind === "scalar") return { children: 0, end: start };
  if (start > view.byteLength) throw malformed("is cut off");
  const length = readLength(view, next, width);
  if (kind === "list") return { children: length, end: start };
  if (kind === "dict") return { children: 2 * length, end: start };
  const end = start + extra + length;
  return kind === "text" ? { children: 0, text: start, end } : { children: 0, end };
}

function readLength(view: DataView, position: number, width: number): number {
  if (width === 1) return view.getUint8(position);
  return width === 2 ? view.getUint16(position) : view.getUint32(position);
}

function malformed(problem: string): SerializationError {
  return new SerializationError(`The msgpack of the value ${problem}.`);
}
