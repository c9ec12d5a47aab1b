/** A chat as it comes in: a question and an answer a turn, through a graph of one node. */
export interface Load {
  readonly threadsPerDay: number;
  readonly turns: number;
  /** Text of a question and its answer together. */
  readonly textBytes: number;
  /** How long threads are kept. */
  readonly days: number;
  /** How many times as much comes in the busiest second as on average. */
  readonly peak: number;
  /** From sending a statement to its answer, in milliseconds. */
  readonly roundTripMs: number;
}

/** Statements of a turn: one read, three checkpoints, two times writes. Each of the others commits. */
const STATEMENTS = 6;
const COMMITS = 5;

/**
 * Bytes that a turn and a thread take, and how many times their text. A thread as such: its first values
 * are stored in full. As scripts/measure.ts prints them, rounded.
 */
export interface Cost {
  readonly turn: number;
  readonly turnText: number;
  readonly thread: number;
  readonly threadText: number;
}
const DISK: Cost = { turn: 5270, turnText: 3.2, thread: 1020, threadText: 0.48 };
const LOG: Cost = { turn: 7460, turnText: 2.85, thread: -930, threadText: 0.51 };

const PAGE_BYTES = 8192;

/** JSON around the text of a message, with its id and what stands between it and the next. */
const QUESTION_JSON = 194;
const ANSWER_JSON = 231;
/** Smaller values are stored in full, and parts are no larger (core, storage/plan.ts). */
const MIN_INCREMENTAL = 1024;
const MAX_PART = 2 ** 15;

/** Parts of the messages of one thread: those of each version that shares with the one before. */
function partsOf(turns: number, textBytes: number): number {
  const question = QUESTION_JSON + Math.floor(textBytes / 2);
  const answer = ANSWER_JSON + Math.ceil(textBytes / 2);
  let parts = 0;
  let stored = false;
  let before = 1; // a pair of brackets, without the comma before the first
  for (let version = 1; version <= 2 * turns; version++) {
    const added = version % 2 === 1 ? question : answer;
    const size = before + added;
    const shares = version > 1 && before >= MIN_INCREMENTAL && before * 2 >= size;
    if (shares) parts += Math.ceil((stored ? added : size) / MAX_PART);
    stored ||= shares;
    before = size;
  }
  return parts;
}

/** Rows of one thread, by table. */
export function rowsOf(turns: number, textBytes: number) {
  return {
    checkpoints: 3 * turns,
    checkpoint_blobs: 6 * turns,
    checkpoint_writes: 3 * turns,
    waypost_parts: partsOf(turns, textBytes),
  };
}

/** Bytes of one thread. */
const bytesOf = ({ turn, turnText, thread, threadText }: Cost, turns: number, text: number) =>
  turns * (turn + turnText * text) + thread + threadText * text;

export function estimate({ threadsPerDay, turns, textBytes, days, peak, roundTripMs }: Load) {
  const turnsPerDay = threadsPerDay * turns;
  const peakTurns = (turnsPerDay / 86_400) * peak;
  const rowsPerThread = Object.values(rowsOf(turns, textBytes)).reduce((sum, n) => sum + n, 0);
  const rowsPerDay = threadsPerDay * rowsPerThread;
  const bytesPerDay = threadsPerDay * bytesOf(DISK, turns, textBytes);
  const logBytesPerDay = threadsPerDay * bytesOf(LOG, turns, textBytes);
  const pagesPerTurn = (bytesPerDay + logBytesPerDay) / turnsPerDay / PAGE_BYTES;
  return {
    turnsPerDay,
    rowsPerDay,
    rowsKept: rowsPerDay * days,
    bytesPerTurn: bytesPerDay / turnsPerDay,
    bytesPerDay,
    bytesKept: bytesPerDay * days,
    logBytesPerDay,
    /** Each is a flush of the log where `synchronous_commit` is on, though some share one. */
    commitsPerSecond: peakTurns * COMMITS,
    statementsPerSecond: peakTurns * STATEMENTS,
    /** Of the disk, at most one flush a commit; pages that are changed often are written often. */
    writesPerSecond: peakTurns * (COMMITS + pagesPerTurn),
    /** That are busy at once in the busiest second. */
    connections: Math.max(1, Math.ceil((peakTurns * STATEMENTS * roundTripMs) / 1000)),
  };
}
