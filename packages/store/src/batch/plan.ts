import type { Item, SearchItem } from "@langchain/langgraph-checkpoint";
import { labelsOf } from "../input/namespace.js";
import type { Checked, Get, ItemKey, List, Put, Search } from "../input/operations.js";
import type { Batch, BatchRow } from "../sql/batch.js";

/** What the operation at a place of a batch returns. */
export type Result = Item | null | SearchItem[] | string[][] | undefined;

/** Where an operation finds its rows. */
type Place = readonly [kind: BatchRow["kind"], op: number] | undefined;

/**
 * The operations of a batch, put together: the same item is read once, and of several writes to an item the
 * last one counts, at the place of the first, as in `InMemoryStore`.
 */
export class BatchPlan {
  readonly #places: Place[] = [];
  readonly #gets = new Map<string, ItemKey>();
  readonly #getPlaces = new Map<string, number>();
  readonly #searches: Search[] = [];
  readonly #lists: List[] = [];
  readonly #writes = new Map<string, Put>();

  constructor(operations: readonly Checked[]) {
    for (const operation of operations) this.#places.push(this.#add(operation));
  }

  /** Whether there is nothing to do. */
  get isEmpty(): boolean {
    return this.#places.length === 0;
  }

  batch(refreshGets: boolean, defaultTtl: number | null): Batch {
    const writes = [...this.#writes.values()];
    return {
      ...{ gets: [...this.#gets.values()], searches: this.#searches, lists: this.#lists },
      puts: writes.filter(({ value }) => value !== null),
      deletes: writes.filter(({ value }) => value === null),
      ...{ refreshGets, defaultTtl },
    };
  }

  /** Texts that become vectors, of what is put. */
  get texts(): string[] {
    return [...this.#writes.values()].flatMap(({ texts }) => texts.map(([, text]) => text));
  }

  /** Texts that are searched for by their vectors. */
  get queries(): string[] {
    return this.#searches.flatMap(({ rank }) =>
      rank === undefined || rank.mode === "text" ? [] : [rank.query],
    );
  }

  /** What each operation returns, in their order. */
  results(rows: readonly BatchRow[]): Result[] {
    const byPlace = new Map<string, BatchRow[]>();
    for (const row of rows) {
      const place = `${row.kind} ${row.op}`;
      const others = byPlace.get(place);
      if (others === undefined) byPlace.set(place, [row]);
      else others.push(row);
    }
    for (const found of byPlace.values()) found.sort((a, b) => a.position - b.position);
    return this.#places.map((place) => {
      if (place === undefined) return undefined;
      const [kind] = place;
      const found = byPlace.get(place.join(" ")) ?? [];
      if (kind === "list") return found.map(({ namespace }) => labelsOf(namespace));
      if (kind === "search") return found.map(itemOf);
      return found[0] === undefined ? null : itemOf(found[0]);
    });
  }

  #add(operation: Checked): Place {
    switch (operation.kind) {
      case "get":
        return ["get", this.#addGet(operation)];
      case "search":
        return ["search", this.#searches.push(operation) - 1];
      case "list":
        return ["list", this.#lists.push(operation) - 1];
      case "put":
        this.#writes.set(nameOf(operation), operation);
        return undefined;
    }
  }

  #addGet(get: Get): number {
    const name = nameOf(get);
    const known = this.#getPlaces.get(name) ?? this.#gets.size;
    this.#getPlaces.set(name, known);
    this.#gets.set(name, get);
    return known;
  }
}

/** No path holds NUL. */
const nameOf = ({ path, key }: ItemKey) => `${path}\0${key}`;

const itemOf = (row: BatchRow): SearchItem => ({
  value: JSON.parse(row.value ?? "null"),
  key: row.key ?? "",
  namespace: labelsOf(row.namespace),
  createdAt: new Date(Number(row.created)),
  updatedAt: new Date(Number(row.updated)),
  ...(row.score !== null && { score: Number(row.score) }),
});
