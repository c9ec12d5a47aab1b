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
  /** Where streams must end for the parts to continue them; a new one must be empty. */
  readonly ends: readonly { readonly start: number; readonly stop: number }[];
}

/** Finds a place for each of the new bytes of a value. */
export class Placement implements Placed {
  readonly segments: Segment[] = [];
  readonly parts: Part[] = [];
  readonly ends: { start: number; stop: number }[] = [];
  /** Where streams end then, as far as that is known. */
  readonly streamEnds: Set<number>;
  /** Where the stream that this value begins goes on. */
  #own: number | undefined;

  /** @param streamEnds where streams end that may be continued */
  constructor(streamEnds: Iterable<number>) {
    this.streamEnds = new Set(streamEnds);
  }

  /** Adds bytes that are stored already. */
  refer(segment: Segment): void {
    pushSegment(this.segments, segment);
  }

  /**
   * Adds bytes that follow each other, each of `MAX_PART` at most.
   *
   * @param mayContinue whether they may continue the stream of the bytes before them
   * @returns the position of each
   */
  store(parts: readonly Buffer[], mayContinue = true): number[] {
    if (parts.length === 0) return [];
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    let position = this.#place(length, mayContinue);
    this.streamEnds.delete(position);
    const positions = parts.map((bytes) => {
      const from = position;
      position += bytes.length;
      this.parts.push({ position: from, bytes });
      this.refer({ from, to: position });
      return from;
    });
    if (this.#own !== undefined && streamOf(this.#own) === streamOf(position)) this.#own = position;
    this.streamEnds.add(position);
    return positions;
  }

  /** Goes on where the bytes before end their stream, or in the stream that is this value's own. */
  #place(length: number, mayContinue: boolean): number {
    const last = this.segments.at(-1);
    const continues =
      mayContinue &&
      last !== undefined &&
      this.#own === undefined &&
      this.streamEnds.has(last.to) &&
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
