import { SerializationError } from "../errors/errors.js";

/** Objects walked before it is worth watching for those that stand in many places. */
const WATCH_FROM = 2 ** 17;
/** Smaller values take less time to walk again than to remember. */
const REMEMBER_FROM = 128;

/** Bytes that an array or object of nothing takes, and the record of an object of a class. */
const BARE_BYTES = 2;
const RECORD_BYTES = 48;

/** An object that was encoded, for the other places where it stands. */
export interface Walked {
  readonly encoded: unknown;
  /** A lower bound of its bytes. */
  readonly size: number;
  /** Levels within it. */
  readonly height: number;
}

/** As it was where the walk of an object began. */
interface Mark {
  readonly size: number;
  readonly deepest: number;
}

/**
 * The walk through one value: which objects it is within, and which it need not walk again. References
 * shared on many levels make more paths than any time is enough for.
 */
export class Walk {
  readonly #maxBytes: number;
  readonly #ancestors: object[] = [];
  readonly #marks: Mark[] = [];
  /** Within an error more is left out, so that the same object has two forms. */
  readonly #strict = new Map<object, Walked>();
  readonly #lenient = new Map<object, Walked>();
  #unwatched = WATCH_FROM;
  #rememberFrom = REMEMBER_FROM;
  #size = 0;
  #deepest = 0;

  /** @param maxBytes a value that takes more is refused before all of it is walked */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether objects are remembered: not in small values, which that would slow down. */
  get isWatching(): boolean {
    return this.#unwatched === 0;
  }

  /**
   * Makes an object the one at a depth, unless it need not be walked.
   *
   * @returns what it was encoded as before, or "cycle" if it is one that it stands within
   * @throws SerializationError if the value takes more than `maxBytes`
   */
  enter(value: object, depth: number, lenient: boolean): Walked | "cycle" | undefined {
    const ancestors = this.#ancestors;
    for (let i = 0; i < depth; i++) if (ancestors[i] === value) return this.#cycle();
    ancestors[depth] = value;
    if (this.#unwatched === 0) return this.#watch(value, depth, lenient);
    this.#unwatched -= 1;
    return undefined;
  }

  /** Where an object stands that the one at hand is within. */
  depthOf(value: object): number {
    return this.#ancestors.indexOf(value);
  }

  /** Remembers an object that was entered, if it is watched. */
  leave(value: object, encoded: unknown, depth: number, lenient: boolean): void {
    const mark = this.#marks[depth];
    if (mark === undefined) return;
    const walked = { encoded, size: this.#size - mark.size, height: this.#deepest - depth };
    this.#deepest = Math.max(this.#deepest, mark.deepest);
    if (walked.size >= this.#rememberFrom) this.#known(lenient).set(value, walked);
  }

  /** Encodes what a value can do without. What failed takes no bytes. */
  optional<T>(encode: () => T, otherwise: T): T {
    const [size, deepest] = [this.#size, this.#deepest];
    try {
      return encode();
    } catch {
      this.#size = size;
      this.#deepest = Math.max(this.#deepest, deepest);
      return otherwise;
    }
  }

  #watch(value: object, depth: number, lenient: boolean): Walked | undefined {
    const walked = this.#known(lenient).get(value);
    if (walked !== undefined) {
      this.#grow(walked.size);
      return walked;
    }
    this.#marks[depth] = { size: this.#size, deepest: this.#deepest };
    this.#grow(isBare(value) ? BARE_BYTES : RECORD_BYTES);
    this.#deepest = depth;
    return undefined;
  }

  /** From now on all are remembered: an object without its way back is the same wherever it stands. */
  #cycle(): "cycle" {
    this.#unwatched = 0;
    this.#rememberFrom = 0;
    return "cycle";
  }

  #known(lenient: boolean): Map<object, Walked> {
    return lenient ? this.#lenient : this.#strict;
  }

  #grow(bytes: number): void {
    this.#size += bytes;
    if (this.#size <= this.#maxBytes) return;
    throw new SerializationError(
      `The value takes more than ${this.#maxBytes} bytes, as what stands in several places is stored in each of them; keep large data elsewhere, or raise "maxBytes" of serializer().`,
    );
  }
}

function isBare(value: object): boolean {
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
