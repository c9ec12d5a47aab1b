import type { Session } from "../session.ts";
import type { Raw, StepKey } from "./api.ts";
import { NotFound } from "./errors.ts";

/** Characters of one answer. */
const PAGE = 50_000;

/** The row of a checkpoint as it is stored, from one character on. @throws NotFound */
export async function rawAt(
  session: Session,
  threadId: string,
  { namespace, id }: StepKey,
  from: number,
): Promise<Raw> {
  const [row] = await session.rows<Raw>(
    `SELECT substr(text, $4::int + 1, ${PAGE}) AS text, length(text) AS length
     FROM (SELECT jsonb_pretty(to_jsonb(c)) AS text FROM ${session.table("checkpoints")} c
       WHERE thread_id = $1 AND checkpoint_ns = $2 AND checkpoint_id = $3) row`,
    [threadId, namespace, id, from],
  );
  if (row === undefined) throw new NotFound("There is no such checkpoint, or not any more.");
  return row;
}
