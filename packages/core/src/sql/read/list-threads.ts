import type { Statement } from "../../driver/driver.js";
import { templateByShape } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { TABLES } from "../../schema/tables.js";
import { once, onceOnNodes } from "../citus.js";
import { heldRunLocks, isRunLockHeld } from "../locks/run-lock.js";
import { isFewOf } from "../planner.js";
import { cte, materialized, sql, withAll } from "../text.js";
import { matchesNow, threadsThatMatched } from "./metadata-filter.js";
import { statusOf, type ThreadStatus } from "./thread-status.js";

export interface ListThreadsInput {
  /** Where the page before ended. */
  readonly after: { readonly threadId: string; readonly checkpointId: string } | undefined;
  readonly limit: number;
  /** JSON text of an object, and its keys. */
  readonly filter: { readonly json: string; readonly keys: readonly string[] } | undefined;
  /** What the ids of threads begin with. */
  readonly prefix: string | undefined;
  readonly status: ThreadStatus | undefined;
  /** ISO 8601 in UTC, as the next. */
  readonly updatedAfter: string | undefined;
  readonly updatedBefore: string | undefined;
}

export interface ThreadRow {
  readonly thread: string;
  readonly id: string;
  readonly status: ThreadStatus;
  readonly created: string | null;
  readonly updated: string | null;
  /** JSON. */
  readonly metadata: string;
  readonly checkpoints: number;
  /** A JSON array of strings. */
  readonly namespaces: string;
}

/**
 * One page of threads, newest first. Without a filter it reads the primary key of all checkpoints, in its order. It
 * looks at the newest checkpoint of the threads that it returns, and of newer ones that the conditions leave out.
 */
export function listThreadsStatement(
  tables: Tables,
): (input: ListThreadsInput, onNodes: boolean) => Statement {
  const templateFor = templateByShape((filtered: boolean, onNodes: boolean) =>
    textOf(tables, filtered, onNodes),
  );
  return ({ after, limit, filter, prefix, status, updatedAfter, updatedBefore }, onNodes) =>
    templateFor(
      filter !== undefined,
      onNodes,
    )([
      ...[after?.checkpointId ?? null, after?.threadId ?? null, prefix ?? null, status ?? null],
      ...[updatedAfter ?? null, updatedBefore ?? null, limit],
      ...(filter === undefined ? [] : [filter.json, filter.keys]),
    ]);
}

const FILTER = { json: "$8::text::jsonb", keys: "$9::text[]" };

function textOf(tables: Tables, filtered: boolean, onNodes: boolean): string {
  const locks = onNodes ? [] : [materialized("run_lock", heldRunLocks())];
  const lookUpEnd = (onNodes ? onceOnNodes : once)(TABLES.checkpoints.key);
  return withAll(
    [...locks, cte("page", pageOf(tables, { filtered, onNodes, lookUpEnd }))],
    sql`SELECT p.thread_id AS thread, p.id, p.status, o.ts AS created, p.ts AS updated,
  p.metadata::text, n.checkpoints, n.namespaces::text
FROM page p CROSS JOIN LATERAL (
  SELECT thread_id, p.checkpoint_ns, pg_catalog.count(*)::int AS checkpoints,
    pg_catalog.jsonb_agg(DISTINCT checkpoint_ns ORDER BY checkpoint_ns) AS namespaces,
    pg_catalog.min(checkpoint_id) FILTER (WHERE checkpoint_ns = p.checkpoint_ns) AS first
  FROM ${tables.checkpoints} WHERE thread_id = p.thread_id GROUP BY thread_id
) n CROSS JOIN LATERAL (
  SELECT checkpoint ->> 'ts'::text AS ts FROM ${tables.checkpoints}
  WHERE ${keyOf("n", "n.first")} ${lookUpEnd}
) o
ORDER BY p.id DESC, p.thread_id DESC`,
  );
}

interface PageText {
  readonly filtered: boolean;
  readonly onNodes: boolean;
  readonly lookUpEnd: string;
}

/** The page's threads, with what the conditions are about. */
function pageOf(tables: Tables, { filtered, onNodes, lookUpEnd }: PageText): string {
  const key = keyOf("t", "t.id");
  const isRunning = onNodes ? "false" : isRunLockHeld(tables, "run_lock", "t.thread_id");
  const filter = sql` CROSS JOIN LATERAL (
  ${matchesNow(tables, "t", FILTER, onNodes)}
) f`;
  return sql`SELECT t.thread_id, t.checkpoint_ns, t.id, c.ts, c.metadata, s.status
FROM (
  ${newestOf(tables, filtered, onNodes)}
) t CROSS JOIN LATERAL (
  SELECT checkpoint ->> 'ts'::text AS ts, metadata FROM ${tables.checkpoints}
  WHERE ${key} ${lookUpEnd}
) c CROSS JOIN LATERAL (
  ${statusOf(tables, key, isRunning)}
) s${filtered ? filter : ""}
WHERE ($4::text IS NULL OR s.status = $4::text)
  AND ($5::text IS NULL OR c.ts >= $5::text COLLATE "C")
  AND ($6::text IS NULL OR c.ts < $6::text COLLATE "C")${filtered ? " AND f.matches" : ""}
ORDER BY t.id DESC, t.thread_id DESC LIMIT $7::int`;
}

/**
 * The newest checkpoint of each thread in its first namespace, that of the root graph. One server takes them in the
 * page's order, and so looks closer at no more threads than it takes to fill the page. Citus takes no order here:
 * each node looks at all of its threads, but is not to compile that.
 */
function newestOf(tables: Tables, filtered: boolean, onNodes: boolean): string {
  const some = filtered
    ? `thread_id IN (${threadsThatMatched(tables, FILTER.json)})
  AND `
    : "";
  const end = onNodes ? `\n  AND ${isFewOf("id")}` : "\nORDER BY id DESC, thread_id DESC OFFSET 0";
  return sql`SELECT thread_id, checkpoint_ns, id FROM (
  SELECT DISTINCT ON (thread_id) thread_id, checkpoint_ns, pg_catalog.max(checkpoint_id) AS id
  FROM ${tables.checkpoints}
  WHERE ${some}($3::text IS NULL OR pg_catalog.starts_with(thread_id, $3::text))
  GROUP BY thread_id, checkpoint_ns ORDER BY thread_id, checkpoint_ns
) n
WHERE ($1::text IS NULL OR (id, thread_id) < ($1::text, $2::text))${end}`;
}

const keyOf = (row: string, id: string): string =>
  `thread_id = ${row}.thread_id AND checkpoint_ns = ${row}.checkpoint_ns AND checkpoint_id = ${id}`;
