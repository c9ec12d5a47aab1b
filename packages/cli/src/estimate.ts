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

/** Rows that each turn adds, by table. */
export const ROWS_PER_TURN = {
  checkpoints: 3,
  checkpoint_blobs: 6,
  checkpoint_writes: 3,
  waypost_parts: 2,
} as const;

/** Statements of a turn: one read, three checkpoints, two times writes. Each of the others commits. */
const STATEMENTS = 6;
const COMMITS = 5;

/**
 * Measured over Postgres 18 with shared values, ten threads in turn, random text of 200, 1,000 and 4,000
 * bytes a turn (docs/scaling.md): rows, keys and indexes, and how often the text itself is stored.
 */
const DISK = { rows: 6600, text: 3.3 };
const LOG = { rows: 8500, text: 3 };

export function estimate({ threadsPerDay, turns, textBytes, days, peak, roundTripMs }: Load) {
  const turnsPerDay = threadsPerDay * turns;
  const peakTurns = (turnsPerDay / 86_400) * peak;
  const rowsPerTurn = Object.values(ROWS_PER_TURN).reduce((sum, rows) => sum + rows, 0);
  const diskPerTurn = DISK.rows + DISK.text * textBytes;
  const logPerTurn = LOG.rows + LOG.text * textBytes;
  return {
    turnsPerDay,
    rowsPerDay: turnsPerDay * rowsPerTurn,
    rowsKept: turnsPerDay * rowsPerTurn * days,
    bytesPerTurn: diskPerTurn,
    bytesPerDay: turnsPerDay * diskPerTurn,
    bytesKept: turnsPerDay * diskPerTurn * days,
    logBytesPerDay: turnsPerDay * logPerTurn,
    /** Each is a flush of the log where `synchronous_commit` is on, though some share one. */
    commitsPerSecond: peakTurns * COMMITS,
    statementsPerSecond: peakTurns * STATEMENTS,
    /** That are busy at once in the busiest second. */
    connections: Math.max(1, Math.ceil((peakTurns * STATEMENTS * roundTripMs) / 1000)),
  };
}
