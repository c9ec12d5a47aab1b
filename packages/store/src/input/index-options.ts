import { assertCount, assertKeys, InvalidInputError, type OptionKeys } from "@waypost/core/adapter";

/** What makes vectors of texts: LangChain's `Embeddings`. */
export interface EmbeddingModel {
  /** Vectors of texts that are stored, in their order. */
  embedDocuments(texts: string[]): Promise<number[][]>;
  /** The vector of a text that is searched for. */
  embedQuery(text: string): Promise<number[]>;
}

/** Vectors of texts, in their order. */
export type EmbedFunction = (texts: string[]) => Promise<number[][]>;

/** How texts of items become vectors, and how these are found. The names are those of the official store. */
export interface IndexOptions {
  /** Number of dimensions of the vectors, 1 to 16,000. Above 2,000 pgvector has no index for them. */
  readonly dims: number;
  /** What makes vectors of texts. */
  readonly embed: EmbeddingModel | EmbedFunction;
  /**
   * Paths of the texts in a value, of which each becomes a vector, such as `"text"`, `"chapters[*].title"` or
   * `"authors[-1]"`. Default `["$"]`, the whole value as JSON.
   */
  readonly fields?: readonly string[];
  /** The kind of index. IVFFlat should be made when there are items already. Default `"hnsw"`. */
  readonly indexType?: "hnsw" | "ivfflat";
  /** What makes vectors near. Default `"cosine"`. */
  readonly distanceMetric?: DistanceMetric;
  /** Of an index of type `"hnsw"`. Default `{ m: 16, efConstruction: 200 }`. */
  readonly hnsw?: {
    /** How many neighbours each vector is linked with. */
    readonly m?: number;
    /** How many candidates are compared when a vector is added: more find better neighbours, and take longer. */
    readonly efConstruction?: number;
  };
  /** Of an index of type `"ivfflat"`. Default `{ lists: 100 }`. */
  readonly ivfflat?: {
    /** How many lists vectors are sorted into; a search looks into some of them. */
    readonly lists?: number;
  };
}

/** By angle, by distance, or by inner product. */
export type DistanceMetric = "cosine" | "l2" | "inner_product";

export interface CheckedIndex {
  readonly dims: number;
  readonly embed: EmbeddingModel | EmbedFunction;
  readonly fields: readonly string[];
  readonly indexType: "hnsw" | "ivfflat";
  readonly metric: DistanceMetric;
  /** As CREATE INDEX has them. */
  readonly storage: Readonly<Record<string, number>>;
}

const KEYS: OptionKeys<IndexOptions> = {
  dims: true,
  embed: true,
  fields: true,
  indexType: true,
  distanceMetric: true,
  hnsw: true,
  ivfflat: true,
};
/** Names of LangGraph's `IndexConfig`. */
const INSTEAD = { embeddings: '"embed"', type: '"indexType"', distance: '"distanceMetric"' };

const METRICS: readonly unknown[] = ["cosine", "l2", "inner_product"] satisfies DistanceMetric[];
/** Of pgvector's type `vector`. */
const MAX_DIMS = 16_000;

/** @throws InvalidInputError naming the option and what to pass */
export function indexOf(options: IndexOptions | undefined): CheckedIndex | undefined {
  if (options === undefined) return undefined;
  assertKeys(options, '"index"', KEYS, INSTEAD);
  const { dims, embed, fields = ["$"], indexType = "hnsw", distanceMetric = "cosine" } = options;
  if (assertCount(dims, "index.dims") > MAX_DIMS) {
    throw new InvalidInputError(`"index.dims" must be at most ${MAX_DIMS}.`);
  }
  if (typeof embed !== "function" && typeof embed?.embedDocuments !== "function") {
    throw new InvalidInputError(
      '"index.embed" must be an Embeddings of LangChain, or a function that makes vectors of texts.',
    );
  }
  if (!Array.isArray(fields) || !fields.every((field) => typeof field === "string")) {
    throw new InvalidInputError('"index.fields" must be an array of paths, e.g. ["text"].');
  }
  if (!METRICS.includes(distanceMetric)) {
    throw new InvalidInputError(`"index.distanceMetric" must be one of ${METRICS.join(", ")}.`);
  }
  if (indexType !== "hnsw" && indexType !== "ivfflat") {
    throw new InvalidInputError('"index.indexType" must be "hnsw" or "ivfflat".');
  }
  return { dims, embed, fields, indexType, metric: distanceMetric, storage: storageOf(options) };
}

function storageOf({ indexType = "hnsw", hnsw = {}, ivfflat = {} }: IndexOptions) {
  assertKeys(hnsw, '"index.hnsw"', { m: true, efConstruction: true });
  assertKeys(ivfflat, '"index.ivfflat"', { lists: true });
  const { m = 16, efConstruction = 200 } = hnsw as NonNullable<IndexOptions["hnsw"]>;
  const { lists = 100 } = ivfflat as NonNullable<IndexOptions["ivfflat"]>;
  const ofHnsw = {
    m: assertCount(m, "index.hnsw.m"),
    ef_construction: assertCount(efConstruction, "index.hnsw.efConstruction"),
  };
  const ofIvfflat = { lists: assertCount(lists, "index.ivfflat.lists") };
  return indexType === "hnsw" ? ofHnsw : ofIvfflat;
}
