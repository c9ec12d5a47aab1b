import type { Session } from "../session.ts";

type Versions = Readonly<Record<string, unknown>>;

/** A checkpoint without its values. */
export interface Step {
  readonly id: string;
  readonly namespace: string;
  readonly parent: string | null;
  readonly ts: string | null;
  readonly source: string | null;
  readonly step: number | null;
  readonly versions: Versions;
  /** For each node the versions of the channels that triggered it. */
  readonly seen: Readonly<Record<string, Versions>>;
  /** For a step of a subgraph, the checkpoints of the graphs around it, by namespace. */
  readonly around: Readonly<Record<string, string>>;
}

/** Checkpoints of one answer of the server, which then stays below some 10 MB. */
const PAGE = 2000;

/** All checkpoints of a thread without their values, the oldest first. */
export const history = (session: Session, threadId: string): Promise<Step[]> =>
  historyAfter(session, threadId, undefined);

/** The same of the checkpoints that come after one. */
export async function historyAfter(
  session: Session,
  threadId: string,
  start: Pick<Step, "namespace" | "id"> | undefined,
): Promise<Step[]> {
  const steps: Step[] = [];
  for (;;) {
    const last = steps.at(-1) ?? start;
    const page = await session.rows<Step>(
      `SELECT checkpoint_id AS id, checkpoint_ns AS namespace, parent_checkpoint_id AS parent,
         checkpoint ->> 'ts'::text AS ts, metadata ->> 'source'::text AS source,
         (metadata ->> 'step'::text)::float8::int AS step,
         coalesce(checkpoint -> 'channel_versions'::text, '{}'::jsonb) AS versions,
         coalesce(checkpoint -> 'versions_seen'::text, '{}'::jsonb) AS seen,
         coalesce(metadata -> 'parents'::text, '{}'::jsonb) AS around
       FROM ${session.table("checkpoints")}
       WHERE thread_id = $1 AND (checkpoint_id, checkpoint_ns) > ($2, $3)
       ORDER BY checkpoint_id, checkpoint_ns LIMIT ${PAGE}`,
      [threadId, last?.id ?? "", last?.namespace ?? ""],
    );
    steps.push(...page);
    if (page.length < PAGE) return steps;
  }
}

/** Names whose versions differ from those before. */
export function changedKeys(now: Versions, before: Versions = {}): string[] {
  return Object.keys(now).filter((key) => JSON.stringify(now[key]) !== JSON.stringify(before[key]));
}

/** Channels that LangGraph keeps for itself. */
export const isInternal = (channel: string): boolean => /^(branch:to:|join:|__)/.test(channel);
