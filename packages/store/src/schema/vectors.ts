import {
  ConfigurationError,
  execute,
  type Queryable,
  quoteIdentifier,
  quoteLiteral,
} from "@waypost/core/adapter";
import type { CheckedIndex, DistanceMetric } from "../input/index-options.js";
import { type StoreTables, storeTablesIn } from "./tables.js";

/** pgvector has no index for vectors of more dimensions. */
const MAX_INDEXED_DIMS = 2000;

const SUFFIX: Readonly<Record<DistanceMetric, string>> = {
  cosine: "cosine",
  l2: "l2",
  inner_product: "ip",
};

interface State {
  /** The schema of the extension; null where it is not installed. */
  readonly extension: string | null;
  readonly available: boolean;
  /** Dimensions of the table's vectors; null where there is no table. */
  readonly dims: number | null;
  readonly indexed: boolean;
}

/** The name that the official store gives the index. */
const indexName = ({ metric, indexType }: CheckedIndex) =>
  `idx_store_vectors_embedding_${SUFFIX[metric]}_${indexType}`;

/** Whether nothing is left to be made for vectors. */
export async function areVectorsReady(
  session: Queryable,
  schema: string,
  index: CheckedIndex,
): Promise<boolean> {
  const { extension, dims, indexed } = await readState(session, schema, index);
  return extension !== null && dims !== null && (indexed || index.dims > MAX_INDEXED_DIMS);
}

/** Makes the extension, the table of vectors and their index, as the official store makes them. */
export async function setupVectors(
  session: Queryable,
  schema: string,
  index: CheckedIndex,
): Promise<void> {
  const { extension, available } = await readState(session, schema, index);
  if (extension === null) {
    if (!available) throw noPgvector();
    await execute(session, "CREATE EXTENSION IF NOT EXISTS vector");
  }
  const { extension: found } = await readState(session, schema, index);
  for (const command of commands(storeTablesIn(schema), index, found ?? "public")) {
    await execute(session, command);
  }
}

function commands(tables: StoreTables, index: CheckedIndex, extension: string): string[] {
  const type = `${quoteIdentifier(extension)}.vector`;
  const table = `CREATE TABLE IF NOT EXISTS ${tables.vectors} (
  namespace_path TEXT NOT NULL,
  key TEXT NOT NULL,
  field_path TEXT NOT NULL,
  text_content TEXT NOT NULL,
  embedding ${type}(${index.dims}) NOT NULL,
  created_at TIMESTAMPTZ DEFAULT pg_catalog.now(),
  PRIMARY KEY (namespace_path, key, field_path),
  FOREIGN KEY (namespace_path, key) REFERENCES ${tables.items} (namespace_path, key) ON DELETE CASCADE
)`;
  if (index.dims > MAX_INDEXED_DIMS) return [table];
  const operators = `${quoteIdentifier(extension)}.vector_${SUFFIX[index.metric]}_ops`;
  const storage = Object.entries(index.storage).map(([name, value]) => `${name} = ${value}`);
  return [
    table,
    `CREATE INDEX IF NOT EXISTS ${indexName(index)}
  ON ${tables.vectors} USING ${index.indexType} (embedding ${operators}) WITH (${storage.join(", ")})`,
  ];
}

async function readState(session: Queryable, schema: string, index: CheckedIndex): Promise<State> {
  const inSchema = (name: string) => `FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    ${name}`;
  const [state] = await session.query<State>({
    name: "",
    text: `SELECT
  (SELECT n.nspname::text FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = 'vector') AS extension,
  EXISTS (SELECT FROM pg_catalog.pg_available_extensions a WHERE a.name = 'vector') AS available,
  (SELECT a.atttypmod ${inSchema("JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid")}
    WHERE n.nspname = $1::text AND c.relname = 'store_vectors' AND a.attname = 'embedding') AS dims,
  EXISTS (SELECT ${inSchema("")}
    WHERE n.nspname = $1::text AND c.relname = ${quoteLiteral(indexName(index))}) AS indexed`,
    values: [schema],
  });
  const dims = state?.dims ?? null;
  if (dims !== null && dims !== index.dims) throw otherDims(dims, index.dims);
  return state as State;
}

/** Where the extension is missing. */
export const noPgvector = () =>
  new ConfigurationError(
    "WAYPOST_NO_PGVECTOR",
    'The option "index" needs the extension vector (pgvector), which this database does not have; install it on the server, or leave out "index" and search for text. Nothing was created.',
  );

const otherDims = (stored: number, wanted: number) =>
  new ConfigurationError(
    "WAYPOST_DIMENSIONS",
    `The table of vectors has ${stored} dimensions, and "index.dims" is ${wanted}; pass the model with which the items were stored, or drop the table store_vectors and put the items again.`,
  );
