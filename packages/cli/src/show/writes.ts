import type { Serializer } from "@waypost/core";
import type { Session } from "../session.ts";
import { append } from "./group.ts";
import type { Step } from "./history.ts";
import { keyOf } from "./thread.ts";

/** A pending write, its value decoded. */
export interface Write {
  readonly taskId: string;
  readonly path: string;
  /** Negative for errors, interrupts and resumes. */
  readonly idx: number;
  readonly channel: string;
  readonly bytes: number;
  /** Undefined where it is too large to be decoded for one line. */
  readonly value: unknown;
}

interface Row extends Omit<Write, "value"> {
  readonly namespace: string;
  readonly checkpoint: string;
  readonly type: string;
  readonly data: Buffer | null;
}

/** Of what is larger, a line tells the size only. */
const MOST_BYTES = 100_000;

/**
 * The pending writes of checkpoints, in LangGraph's order.
 *
 * @returns by the checkpoint's key
 */
export async function readWrites(
  session: Session,
  threadId: string,
  steps: readonly Pick<Step, "namespace" | "id">[],
): Promise<Map<string, Write[]>> {
  const rows = await session.rows<Row>(
    `SELECT checkpoint_ns AS namespace, checkpoint_id AS checkpoint, task_id AS "taskId",
       task_path AS path, idx, channel, type,
       octet_length(blob) AS bytes,
       CASE WHEN octet_length(blob) <= ${MOST_BYTES} THEN blob END AS data
     FROM unnest($2::text[], $3::text[]) AS k(namespace, id)
     JOIN ${session.table("checkpoint_writes")} w
       ON w.thread_id = $1 AND w.checkpoint_ns = k.namespace AND w.checkpoint_id = k.id
     ORDER BY task_path COLLATE "C", task_id COLLATE "C", idx`,
    [threadId, steps.map(({ namespace }) => namespace), steps.map(({ id }) => id)],
  );
  const writes = new Map<string, Write[]>();
  for (const row of rows) {
    const key = keyOf({ namespace: row.namespace, id: row.checkpoint });
    const write = await decoded(row, session.saver.serde as Serializer, threadId);
    append(writes, key, write);
  }
  return writes;
}

async function decoded(row: Row, serde: Serializer, threadId: string): Promise<Write> {
  const { namespace: checkpointNs, checkpoint: checkpointId, type, data, ...write } = row;
  if (data === null) return { ...write, value: undefined };
  const { channel, taskId, idx } = write;
  const place = { kind: "write", threadId, checkpointNs, checkpointId, channel, taskId, idx };
  return { ...write, value: await serde.loadsTyped(type, data, place as never) };
}
