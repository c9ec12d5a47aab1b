import { newStream, pushSegment, type Segment, STREAM_BYTES, streamOf } from "./segments.js";

/** Bytes to be stored at a position. */
export interface Part {
  readonly position: number;
  readonly bytes: Buffer;
}

/** Larger rows are compressed and kept apart by the server, which reads them more slowly. */
export const MAX_PART = 2 ** 15;

/** Where the bytes of a value lie: those that are stored already, and new ones. */
export interface Placed {
  readonly segments: readonly Segment[];
  readonly parts: readonly Part[];
  /** Where the stream that was written to last ends then. */
  readonly end: number | undefined;
  /** Where streams must end for the parts to continue them; a new one must be empty. */
  readonly ends: readonly { readonly start: number; readonly stop: number }[];
}

/** Finds a place for each of the new bytes of a value. */
export class Placement implements Placed {
  readonly segments: Segment[] = [];
  readonly parts: Part[] = [];
  readonly ends: { start: number; stop: number }[] = [];
  end: number | undefined;
  /** Where the stream that this value begins goes on. */
  #own: number | undefined;

  /** @param end where a stream ends that may be continued */
  constructor(end: number | undefined) {
    this.end = end;
  }

  /** Adds bytes that are stored already. */
  refer(segment: Segment): void {
    pushSegment(this.segments, segment);
  }

  /**
   * Adds bytes that follow each other, each of `MAX_PART` at most.
   *
   * @returns the position of each
   */
  store(parts: readonly Buffer[]): number[] {
    if (parts.length === 0) return [];
    let position = this.#place(parts.reduce((sum, { length }) => sum + length, 0));
    const positions = parts.map((bytes) => {
      const from = position;
      position += bytes.length;
      this.parts.push({ position: from, bytes });
      this.refer({ from, to: position });
      return from;
    });
    if (this.#own !== undefined && streamOf(this.#own) === streamOf(position)) this.#own = position;
    this.end = position;
    return positions;
  }

  /** Goes on where the bytes before end their stream, or in the stream that is this value's own. */
  #place(length: number): number {
    const last = this.segments.at(-1);
    const continues =
      last !== undefined &&
      this.#own === undefined &&
      this.end === last.to &&
      last.to + length <= streamOf(last.from) + STREAM_BYTES;
    if (continues) {
      this.ends.push({ start: streamOf(last.from), stop: last.to });
      return last.to;
    }
    if (this.#own === undefined) {
      this.#own = newStream();
      this.ends.push({ start: this.#own, stop: this.#own });
    }
    return this.#own;
  }
}
