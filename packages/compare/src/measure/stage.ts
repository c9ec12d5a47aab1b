import type { Case, Operation, RawWork } from "../scenarios/scenario.ts";
import type { Session, Subject } from "../subjects/subject.ts";
import { floorOperation, prepareFloor } from "./floor.ts";
import type { Schemas } from "./schemas.ts";

/** A subject with its tables ready for one case, and what is to be run. */
export interface Staged extends AsyncDisposable {
  readonly subject: Subject;
  readonly operation: Operation;
  readonly floor: Operation | undefined;
  /** Where the raw statements work. */
  readonly rawSchema: string;
  /** The operation on connections of its own, by way of another URL. */
  withOperation(
    url: string,
    work: (operation: Operation, session: Session) => Promise<void>,
  ): Promise<void>;
}

/**
 * Connects a subject, with tables that hold what the case needs.
 *
 * @param url by which the operation runs
 */
export async function stage(
  subject: Subject,
  contest: Case,
  work: RawWork | undefined,
  schemas: Schemas,
  url: string,
): Promise<Staged> {
  const { cacheBytes, seed } = contest;
  const { schema, session: seeded } = await schemas.seeded(subject, seed);
  const open = () => subject.open({ url, schema, cacheBytes });
  const session = seeded ?? (await open());
  const rawSchema = schemas.name();
  try {
    if (work !== undefined && session.raw) await prepareFloor(session.raw, rawSchema, work);
  } catch (error) {
    await session.close();
    throw error;
  }
  return {
    subject,
    rawSchema,
    operation: contest.operation({ session, schema, open }),
    floor:
      work !== undefined && session.raw && subject.ours
        ? floorOperation(session.raw, rawSchema, work)
        : undefined,
    async withOperation(otherUrl, run) {
      const reopen = () => subject.open({ url: otherUrl, schema, cacheBytes });
      const other = await reopen();
      try {
        await run(contest.operation({ session: other, schema, open: reopen }), other);
      } finally {
        await other.close();
      }
    },
    [Symbol.asyncDispose]: () => session.close(),
  };
}
