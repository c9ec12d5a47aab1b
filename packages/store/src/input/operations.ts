import type { Operation } from "@langchain/langgraph-checkpoint";
import { assertFlag, assertKeys, assertText, InvalidInputError } from "@waypost/core/adapter";
import { type Filter, filterOf } from "./filter.js";
import type { CheckedIndex } from "./index-options.js";
import { pathOf, patternOf, prefixOf } from "./namespace.js";
import { assertNumber, countOf } from "./page.js";
import { type Rank, rankOf } from "./rank.js";
import { textsAt } from "./text-path.js";
import { type CheckedTtl, itemTtl } from "./ttl.js";
import { valueText } from "./value.js";

/** An item, by its namespace as stored and its key. */
export interface ItemKey {
  readonly path: string;
  readonly key: string;
}

export interface Get extends ItemKey {
  readonly kind: "get";
}

export interface Put extends ItemKey {
  readonly kind: "put";
  /** JSON text; null deletes. */
  readonly value: string | null;
  /** Minutes; null for no end. */
  readonly ttl: number | null;
  /** Texts that become vectors, each with the path of its field. */
  readonly texts: readonly (readonly [field: string, text: string])[];
}

export interface Search {
  readonly kind: "search";
  readonly prefix: string;
  readonly filter: Filter;
  /** Undefined for the order of creation. */
  readonly rank: Rank | undefined;
  readonly limit: number;
  readonly offset: number;
  readonly refresh: boolean;
}

export interface List {
  readonly kind: "list";
  readonly conditions: readonly (readonly ["prefix" | "suffix", readonly string[]])[];
  readonly maxDepth: number | null;
  /** Null for no limit. */
  readonly limit: number | null;
  readonly offset: number;
}

export type Checked = Get | Put | Search | List;

/** What `put` takes beside LangGraph's arguments. */
export interface PutOptions {
  /** Minutes that the item lives; null for no end. Default: `ttl.defaultTtl` of the store. */
  readonly ttl?: number | null;
}

const GET_KEYS = { namespace: true, key: true } as const;
const PUT_KEYS = { ...GET_KEYS, value: true, index: true, options: true } as const;
const SEARCH_KEYS = {
  namespacePrefix: true,
  filter: true,
  limit: true,
  offset: true,
  query: true,
  refreshTtl: true,
  mode: true,
  similarityThreshold: true,
  vectorWeight: true,
} as const;
const LIST_KEYS = { matchConditions: true, maxDepth: true, limit: true, offset: true } as const;

/** What a store has set for its operations. */
export interface Settings {
  readonly ttl: CheckedTtl;
  readonly index: CheckedIndex | undefined;
}

/**
 * An operation of a batch, told by its keys as LangGraph's stores tell it.
 *
 * @throws InvalidNamespaceError, InvalidInputError or SerializationError; nothing of the batch is sent then
 */
export function checkOperation(operation: Operation, settings: Settings): Checked {
  if (typeof operation !== "object" || operation === null) {
    throw new InvalidInputError(
      'An operation must be an object, e.g. { namespace: ["a"], key: "b" }.',
    );
  }
  const raw: Raw = { ...operation };
  if ("namespacePrefix" in raw) return search(raw, settings);
  if ("namespace" in raw) return "value" in raw ? put(raw, settings) : get(raw);
  return list(raw);
}

type Raw = Readonly<Record<string, unknown>>;

function get(raw: Raw): Get {
  assertKeys(raw, "get", GET_KEYS);
  return { kind: "get", path: pathOf(raw.namespace), key: assertText(raw.key, "key") };
}

function put(raw: Raw, { ttl: { defaultTtl }, index }: Settings): Put {
  assertKeys(raw, "put", PUT_KEYS);
  const key = { path: pathOf(raw.namespace), key: assertText(raw.key, "key") };
  assertIndex(raw.index);
  const { options = {} } = raw as { options?: PutOptions };
  assertKeys(options, '"options" of put', { ttl: true });
  const value = raw.value === null ? null : valueText(raw.value);
  const texts = value === null ? [] : textsOf(raw.value, raw.index, index);
  return { kind: "put", ...key, value, ttl: itemTtl(options.ttl, defaultTtl), texts };
}

function search(raw: Raw, { ttl: { refreshOnRead }, index }: Settings): Search {
  assertKeys(raw, "search", SEARCH_KEYS, { prefix: '"namespacePrefix"' });
  const { refreshTtl = refreshOnRead } = raw;
  return {
    kind: "search",
    prefix: prefixOf(raw.namespacePrefix),
    filter: filterOf(raw.filter),
    rank: rankOf(raw, index !== undefined),
    limit: countOf(raw.limit, "limit", 10),
    offset: countOf(raw.offset, "offset", 0),
    refresh: assertFlag(refreshTtl, "refreshTtl"),
  };
}

function list(raw: Raw): List {
  assertKeys(raw, "listNamespaces", LIST_KEYS);
  const { matchConditions = [], maxDepth, limit, offset } = raw;
  if (!Array.isArray(matchConditions)) {
    throw new InvalidInputError('"matchConditions" must be an array.');
  }
  return {
    kind: "list",
    conditions: matchConditions.map(condition),
    maxDepth: isMissing(maxDepth) ? null : assertNumber(maxDepth, "maxDepth", 1),
    limit: isMissing(limit) ? null : assertNumber(limit, "limit", 0),
    offset: countOf(offset, "offset", 0),
  };
}

function condition(raw: unknown): List["conditions"][number] {
  assertKeys(raw, "a match condition", { matchType: true, path: true });
  const { matchType, path } = raw as Raw;
  if (matchType !== "prefix" && matchType !== "suffix") {
    throw new InvalidInputError('"matchType" must be "prefix" or "suffix".');
  }
  return [matchType, patternOf(path)];
}

/** Which fields an index of texts takes. */
function assertIndex(index: unknown): void {
  if (index === undefined || index === null || index === false) return;
  if (Array.isArray(index) && index.every((field) => typeof field === "string")) return;
  throw new InvalidInputError('"index" must be false or an array of paths, e.g. ["text"].');
}

/** Texts at the paths of the operation, or else of the store; of a path with several, each by its number. */
function textsOf(value: unknown, paths: unknown, index: CheckedIndex | undefined): Put["texts"] {
  if (index === undefined || paths === false) return [];
  const fields = new Set((paths as string[] | null | undefined) ?? index.fields);
  return [...fields].flatMap((field) => {
    const texts = textsAt(value, field);
    return texts
      .map((text, i) => [texts.length > 1 ? `${field}[${i}]` : field, text] as const)
      .filter(([, text]) => text.trim() !== "");
  });
}

const isMissing = (value: unknown): boolean => value === undefined || value === null;
