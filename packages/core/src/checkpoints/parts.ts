import { SerializationError } from "../errors/errors.js";
import { bufferOf } from "../sharing/bytes.js";
import { intact, type Segment } from "../sharing/segments.js";
import type { PartRow, StoredData } from "../sql/read/rows.js";

/** Bytes that follow each other in a thread. */
interface Stretch extends Segment {
  readonly threadId: string;
  /** Text until bytes of it are needed. */
  data: string | Uint8Array;
}

/** The parts of a read, from which its incremental values are put together. */
export class Parts {
  readonly #stretches: Stretch[];
  readonly #used = new Set<Stretch>();

  /** @param previous the read before, whose parts this one was told not to fetch again */
  constructor(rows: readonly PartRow[], previous?: Parts) {
    this.#stretches = rows
      .map(({ threadId, from, to, data }): Stretch => ({ threadId, from, to, data }))
      .concat(previous === undefined ? [] : [...previous.#used]);
  }

  /** What the reader of the next page need not fetch again: all that values of this one were made of. */
  get known(): { threadId: string; from: number; to: number }[] {
    return [...this.#used].map(({ threadId, from, to }) => ({ threadId, from, to }));
  }

  /**
   * The stored form of a value.
   *
   * @throws SerializationError if a part is missing, or where it should be can't be told
   */
  valueOf(
    { data: tail, segments }: Pick<StoredData, "data" | "segments">,
    threadId: string,
  ): string | Uint8Array {
    const pieces = (intact(segments) ?? []).flatMap((segment) => this.#pieces(segment, threadId));
    const [only] = pieces;
    if (only === undefined) return tail;
    const { data, from, to } = only.stretch;
    // Nothing has to be cut off, so text need not become bytes first.
    const fits = pieces.length === 1 && only.from === from && only.to === to;
    if (fits && typeof data === "string" && typeof tail === "string") return data + tail;
    const bytes = Buffer.concat([...pieces.map(bytesOf), bufferOf(tail)]);
    return typeof tail === "string" ? bytes.toString() : bytes;
  }

  /** A segment lies in one stretch, or in several where some were there before. */
  #pieces({ from, to }: Segment, threadId: string): Piece[] {
    const pieces: Piece[] = [];
    for (let position = from; position < to; ) {
      const stretch = this.#stretches.find(
        (one) => one.threadId === threadId && one.from <= position && position < one.to,
      );
      if (stretch === undefined) {
        throw new SerializationError("Bytes that it shares with other versions are missing.");
      }
      this.#used.add(stretch);
      const end = Math.min(to, stretch.to);
      pieces.push({ stretch, from: position, to: end });
      position = end;
    }
    return pieces;
  }
}

interface Piece extends Segment {
  readonly stretch: Stretch;
}

function bytesOf({ stretch, from, to }: Piece): Buffer {
  stretch.data = bufferOf(stretch.data);
  return bufferOf(stretch.data).subarray(from - stretch.from, to - stretch.from);
}
