import { assertText, InvalidInputError } from "@waypost/core/adapter";

/** How a search ranks what it finds. */
export type SearchMode = "auto" | "text" | "vector" | "hybrid";

/** By what a search ranks: words, meaning, or both. */
export interface Rank {
  readonly mode: Exclude<SearchMode, "auto">;
  readonly query: string;
  /** What the score is at least. */
  readonly threshold: number | null;
  /** How much of a hybrid score is that of the vectors, 0 to 1. */
  readonly vectorWeight: number;
}

const MODES: readonly unknown[] = ["auto", "text", "vector", "hybrid"] satisfies SearchMode[];
/** The default of the official store. */
const VECTOR_WEIGHT = 0.7;

type Raw = Readonly<Record<string, unknown>>;

/**
 * @param hasIndex whether the store makes vectors
 * @returns undefined without a query
 * @throws InvalidInputError naming the option and what to pass
 */
export function rankOf(raw: Raw, hasIndex: boolean): Rank | undefined {
  const { query, mode = "auto", similarityThreshold, vectorWeight = VECTOR_WEIGHT } = raw;
  if (!MODES.includes(mode)) {
    throw new InvalidInputError(`"mode" must be one of ${MODES.join(", ")}.`);
  }
  const threshold =
    similarityThreshold === undefined
      ? null
      : assertScore(similarityThreshold, "similarityThreshold");
  const weight = assertScore(vectorWeight, "vectorWeight");
  if (weight < 0 || weight > 1) throw new InvalidInputError('"vectorWeight" must be from 0 to 1.');
  if (query === undefined || query === null || query === "") return undefined;
  const chosen = mode === "auto" ? (hasIndex ? "vector" : "text") : (mode as Rank["mode"]);
  if (chosen !== "text" && !hasIndex) {
    throw new InvalidInputError(
      `"mode" ${JSON.stringify(chosen)} needs the store's option "index", which makes vectors of texts.`,
    );
  }
  return { mode: chosen, query: assertText(query, "query"), threshold, vectorWeight: weight };
}

function assertScore(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new InvalidInputError(`"${name}" must be a number.`);
}
