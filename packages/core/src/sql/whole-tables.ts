import type { Statement } from "../driver/driver.js";
import { catalogueOf } from "./catalogue.js";

/** The call that sends a statement, as its user writes it, and the statement. */
export interface WholeTableRead {
  readonly call: string;
  readonly statement: Statement;
}

const ALL_THREADS = {
  ...{ threadId: undefined, checkpointNs: undefined, checkpointId: undefined },
  ...{ before: undefined, filter: undefined, limit: 100 },
};

/**
 * The statements that read all threads, whose cost therefore grows with the tables, each in its simplest form.
 *
 * @param onNodes whether the tables are distributed over a Citus cluster, which has no cursor over all threads
 */
export function wholeTableReads(schema: string, onNodes: boolean): WholeTableRead[] {
  const sql = catalogueOf(schema, "binary");
  const page = {
    ...{ query: ALL_THREADS, after: undefined, size: 100, known: [], knownParts: [] },
    onNodes,
  };
  const cursor = {
    call: 'list() without a thread, fetch: "cursor"',
    statement: sql.listCursor(ALL_THREADS, "text"),
  };
  const threads = {
    ...{ after: undefined, limit: 100, filter: undefined, prefix: undefined, status: undefined },
    ...{ updatedAfter: undefined, updatedBefore: undefined },
  };
  return [
    { call: "list() without a thread", statement: sql.list(page, "text") },
    ...(onNodes ? [] : [cursor]),
    { call: "listThreads()", statement: sql.listThreads(threads, onNodes) },
    { call: "deleteForRuns()", statement: sql.threadsOfRuns(["run"]) },
  ];
}
