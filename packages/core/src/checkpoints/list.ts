import type { CheckpointTuple } from "@langchain/langgraph-checkpoint";
import type { ListQuery } from "../input/config.js";
import type { Serializer } from "../serializer/types.js";
import type { PageInput } from "../sql/read/list.js";
import type { CheckpointRow, TupleRow } from "../sql/read/rows.js";
import { nextPageSize } from "./page-size.js";
import { TupleReader } from "./tuple-reader.js";

/** Whoever stops after a few rows should not wait for a hundred. */
const FIRST_PAGE = 10;
const MAX_PAGE = 100;

/**
 * The checkpoints that a query selects, newest first. Holds two pages in memory at most, and no
 * connection between them, so the consumer may use the same saver, or stop whenever it likes.
 *
 * Values that several checkpoints share are decoded once, and are the same objects in all of them.
 *
 * @param read fetches one page
 */
export async function* listTuples(
  query: ListQuery,
  read: (input: PageInput) => Promise<TupleRow[]>,
  serde: Serializer,
  nextVersion: () => number,
): AsyncGenerator<CheckpointTuple> {
  let remaining = query.limit;
  let size = FIRST_PAGE;
  let reader: TupleReader | undefined;
  let last: CheckpointRow | undefined;
  while (remaining > 0) {
    size = Math.min(size, remaining);
    const rows = await read({
      ...{ query, after: last, size },
      known: reader?.known ?? [],
      knownParts: reader?.knownParts ?? [],
    });
    reader = new TupleReader(rows, serde, reader);
    for (const checkpoint of reader.checkpoints) {
      yield await reader.tuple(checkpoint, query, nextVersion);
    }
    if (reader.checkpoints.length < size) return;
    remaining -= size;
    last = reader.checkpoints.at(-1);
    size = nextPageSize(reader.checkpoints.length, reader.bytes, MAX_PAGE);
  }
}

/** Rows that a cursor is asked for at once: few, as each may hold a value of megabytes. */
export const CURSOR_BATCH = 20;

/**
 * The checkpoints of a cursor. Holds one batch and two checkpoints in memory.
 *
 * @param batches a checkpoint's row followed by all that belongs to it, then the next
 */
export async function* streamTuples(
  query: ListQuery,
  batches: AsyncIterable<TupleRow[]>,
  serde: Serializer,
  nextVersion: () => number,
): AsyncGenerator<CheckpointTuple> {
  let reader: TupleReader | undefined;
  for await (const rows of checkpointByCheckpoint(batches)) {
    reader = new TupleReader(rows, serde, reader, true);
    for (const checkpoint of reader.checkpoints) {
      yield await reader.tuple(checkpoint, query, nextVersion);
    }
  }
}

async function* checkpointByCheckpoint(
  batches: AsyncIterable<TupleRow[]>,
): AsyncGenerator<TupleRow[]> {
  let rows: TupleRow[] = [];
  for await (const batch of batches) {
    for (const row of batch) {
      if (row.kind === "checkpoint" && rows.length > 0) {
        yield rows;
        rows = [];
      }
      rows.push(row);
    }
  }
  if (rows.length > 0) yield rows;
}
