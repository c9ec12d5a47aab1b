import type { Case, Operation, RawWork, Stage } from "../scenarios/scenario.ts";
import type { Session, Subject } from "../subjects/subject.ts";
import { floorOperation, prepareFloor } from "./floor.ts";

/** A subject with its tables ready for one case, and what is to be run. */
export interface Staged extends AsyncDisposable {
  readonly subject: Subject;
  readonly schema: string;
  readonly operation: Operation;
  readonly floor: Operation | undefined;
  /** The operation on connections of its own, by way of another URL. */
  withOperation(
    url: string,
    work: (operation: Operation, session: Session) => Promise<void>,
  ): Promise<void>;
}

/**
 * Connects a subject, creates its tables and stores what the case needs.
 *
 * @param direct URL by which everything is stored that is not measured
 * @param url URL by which the operation runs
 */
export async function stage(
  subject: Subject,
  contest: Case,
  work: RawWork | undefined,
  { direct, url, schema }: { direct: string; url: string; schema: string },
): Promise<Staged> {
  const seeding = await subject.open({ url: direct, schema });
  try {
    await seeding.saver.setup?.();
    if (work !== undefined && seeding.raw) await prepareFloor(seeding.raw, schema, work);
    await contest.seed?.(seeding.saver);
  } catch (error) {
    await seeding.close();
    throw error;
  }
  const open = () => subject.open({ url, schema });
  // What lives in this process is gone when it is closed.
  if (subject.wire) await seeding.close();
  const session = subject.wire ? await open() : seeding;
  const stageOf = (on: Session): Stage => ({ session: on, schema, open });
  return {
    subject,
    schema,
    operation: contest.operation(stageOf(session)),
    floor:
      work !== undefined && session.raw && subject.ours
        ? floorOperation(session.raw, schema, work)
        : undefined,
    async withOperation(otherUrl, run) {
      const reopen = () => subject.open({ url: otherUrl, schema });
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
