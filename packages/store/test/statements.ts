import type { Statement } from "@waypost/core/adapter";
import { BatchPlan } from "../src/batch/plan.ts";
import { checkOperation } from "../src/input/operations.ts";
import { ttlOf } from "../src/input/ttl.ts";
import { storeTablesIn } from "../src/schema/tables.ts";
import { batchStatement } from "../src/sql/batch.ts";
import { sweepStatement } from "../src/sql/sweep.ts";

const key = { namespace: ["users", "1"], key: "a" };
const put = { ...key, value: { n: 1 } };
const remove = { ...key, key: "b", value: null };

/** Batches by name, which have the text of every part of a statement among them. */
const BATCHES: Readonly<Record<string, readonly object[]>> = {
  get: [key],
  put: [put],
  delete: [remove],
  search: [{ namespacePrefix: ["users", "1"] }],
  "search.all": [{ namespacePrefix: [] }],
  "search.filter": [{ namespacePrefix: ["users", "1"], filter: { kind: "fact", deep: { n: 1 } } }],
  "search.operators": [
    {
      namespacePrefix: [],
      filter: { a: { $eq: [1], $ne: 1, $in: [1], $nin: [1], $gt: 1, $gte: 1, $lt: 1, $lte: 1 } },
    },
  ],
  "search.refresh": [{ namespacePrefix: ["users", "1"], refreshTtl: true }],
  listNamespaces: [{ matchConditions: [{ matchType: "suffix", path: ["memories"] }], limit: 100 }],
  "listNamespaces.prefix": [
    { matchConditions: [{ matchType: "prefix", path: ["users", "*"] }], maxDepth: 2, limit: 100 },
  ],
  batch: [key, put, remove, { namespacePrefix: ["users", "1"], refreshTtl: true }],
};

/** Every statement of the store, over tables in a schema. */
export function allStatements(schema: string): { name: string; statement: Statement }[] {
  const tables = storeTablesIn(schema);
  const ttl = ttlOf({ defaultTtl: 60 });
  const batches = Object.entries(BATCHES).map(([name, operations]) => {
    const plan = new BatchPlan(operations.map((one) => checkOperation(one as never, ttl)));
    return { name, statement: batchStatement(tables, plan.batch(false, ttl.defaultTtl)) };
  });
  return [...batches, { name: "sweep", statement: sweepStatement(tables)(1000) }];
}
