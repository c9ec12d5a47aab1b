import { InvalidInputError } from "@waypost/core/adapter";
import type { CheckedIndex } from "../input/index-options.js";

/** Vectors by their texts, as pgvector reads them. */
export type Vectors = ReadonlyMap<string, string>;

export interface Embedded {
  readonly texts: Vectors;
  readonly queries: Vectors;
}

/**
 * Vectors of all texts and queries of a batch, each asked for once. A function is called once for all, a model once for
 * all texts and once for each query.
 *
 * @throws InvalidInputError if a vector does not have the dimensions of the index
 */
export async function embed(
  index: CheckedIndex,
  texts: readonly string[],
  queries: readonly string[],
): Promise<Embedded> {
  const [documents, questions] = [[...new Set(texts)], [...new Set(queries)]];
  const { embed } = index;
  if (typeof embed === "function") {
    const all = [...new Set([...documents, ...questions])];
    const vectors = all.length === 0 ? new Map() : vectorsOf(index, all, await embed(all));
    return { texts: vectors, queries: vectors };
  }
  const [stored, asked] = await Promise.all([
    documents.length === 0 ? [] : embed.embedDocuments(documents),
    Promise.all(questions.map((question) => embed.embedQuery(question))),
  ]);
  return {
    texts: vectorsOf(index, documents, stored),
    queries: vectorsOf(index, questions, asked),
  };
}

function vectorsOf({ dims }: CheckedIndex, texts: readonly string[], vectors: unknown): Vectors {
  if (!Array.isArray(vectors) || vectors.length !== texts.length) {
    throw new InvalidInputError(
      `"index.embed" must return a vector for each of ${texts.length} texts.`,
    );
  }
  return new Map(texts.map((text, i) => [text, vectorText(vectors[i], dims)]));
}

function vectorText(vector: unknown, dims: number): string {
  const numbers: readonly unknown[] = Array.isArray(vector) ? vector : Array.from(vector as never);
  if (numbers.length !== dims) {
    throw new InvalidInputError(
      `"index.embed" returned a vector of ${numbers.length} dimensions, and "index.dims" is ${dims}.`,
    );
  }
  if (!numbers.every(Number.isFinite)) {
    throw new InvalidInputError(
      '"index.embed" returned a vector with something that is no number.',
    );
  }
  return `[${numbers.join(",")}]`;
}
