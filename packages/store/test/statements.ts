import type { Statement } from "@waypost/core/adapter";
import { BatchPlan } from "../src/batch/plan.ts";
import { indexOf } from "../src/input/index-options.ts";
import { checkOperation } from "../src/input/operations.ts";
import { ttlOf } from "../src/input/ttl.ts";
import { storeTablesIn } from "../src/schema/tables.ts";
import { batchStatement, type Ranking } from "../src/sql/batch.ts";
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
  "put.vectors": [{ ...put, value: { text: "likes tea" }, index: ["text"] }],
  "search.text": [{ namespacePrefix: ["users", "1"], query: "tea", mode: "text" }],
  "search.vector": [{ namespacePrefix: ["users", "1"], query: "tea", similarityThreshold: 0.5 }],
  "search.hybrid": [{ namespacePrefix: [], query: "tea", mode: "hybrid", filter: { a: 1 } }],
  batch: [key, put, remove, { namespacePrefix: ["users", "1"], refreshTtl: true }],
};

const language = "english";
const extension = '"public"';
const queries = new Map([["tea", "[1,0,0]"]]);

/** What batches need of vectors. */
const RANKING: Readonly<Record<string, Ranking>> = {
  "put.vectors": {
    language,
    written: { extension, texts: new Map([["likes tea", "[1,0,0]"]]) },
  },
  "search.vector": { language, searched: { extension, metric: "cosine", queries } },
  "search.hybrid": { language, searched: { extension, metric: "l2", queries } },
};

/** Every statement of the store, over tables in a schema. */
export function allStatements(schema: string): { name: string; statement: Statement }[] {
  const tables = storeTablesIn(schema);
  const ttl = ttlOf({ defaultTtl: 60 });
  const index = indexOf({ dims: 3, embed: async () => [], fields: ["text"] });
  const batches = Object.entries(BATCHES).map(([name, operations]) => {
    const plan = new BatchPlan(
      operations.map((one) => checkOperation(one as never, { ttl, index })),
    );
    const batch = plan.batch(false, ttl.defaultTtl);
    return { name, statement: batchStatement(tables, batch, RANKING[name] ?? { language }) };
  });
  return [...batches, { name: "sweep", statement: sweepStatement(tables)(1000) }];
}
