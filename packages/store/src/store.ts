import {
  BaseStore,
  type Item,
  type Operation,
  type OperationResults,
  type SearchItem,
} from "@langchain/langgraph-checkpoint";
import { assertKeys, assertSignal, type Driver, Executor } from "@waypost/core/adapter";
import { BatchPlan, type Result } from "./batch/plan.js";
import { assertUnreserved } from "./input/namespace.js";
import { checkOperation, type PutOptions } from "./input/operations.js";
import type { SearchMode } from "./input/rank.js";
import { OPERATIONS, type OperationName } from "./operations.js";
import {
  type CheckedOptions,
  checkOptions,
  type StoreAdapterOptions,
  type StoreOptions,
} from "./options.js";
import { setup } from "./schema/setup.js";
import { type StoreTables, storeTablesIn } from "./schema/tables.js";
import { type BatchRow, batchStatement, type Ranking } from "./sql/batch.js";
import { sweepStatement } from "./sql/sweep.js";
import { Sweeper } from "./sweeper.js";
import { embed } from "./vectors/embedder.js";
import { VectorExtension } from "./vectors/extension.js";

/** Items that one statement of a sweep removes. */
const SWEEP_PAGE = 1000;

/** What `search` takes beside LangGraph's options. */
export interface SearchOptions {
  /** What the values must equal or be like; see docs/store.md. */
  readonly filter?: Record<string, unknown>;
  /** The largest number of items. Default 10. */
  readonly limit?: number;
  /** How many items to skip. Default 0. */
  readonly offset?: number;
  /** What the items are about, best first. Default: all, oldest first. */
  readonly query?: string;
  /**
   * What ranks: `"vector"` meaning, `"text"` the words of the query, all of which must be there, `"hybrid"` both.
   * Default `"auto"`: vectors if the store has an `index`, else text.
   */
  readonly mode?: SearchMode;
  /** Leaves out items with a lower score. Default: none. */
  readonly similarityThreshold?: number;
  /** How much of a hybrid score is that of the vectors, 0 to 1. Default 0.7. */
  readonly vectorWeight?: number;
  /** Whether the time to live of found items begins anew. Default: `ttl.refreshOnRead` of the store. */
  readonly refreshTtl?: boolean;
}

/** Options of a call of `sweep`. */
export interface SweepStoreOptions {
  /** Ends the sweep after the statement at hand; its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** A LangGraph store over any driver. Use the class of your driver's package. */
export abstract class WaypostStore extends BaseStore implements AsyncDisposable {
  readonly #settings: CheckedOptions;
  readonly #tables: StoreTables;
  readonly #extension = new VectorExtension();
  readonly #executor: Executor<OperationName>;
  readonly #sweeper = new Sweeper(() => this.sweep());

  /** @throws InvalidInputError if an option can't be used; nothing is sent to the database here */
  constructor(driver: Driver, options?: StoreOptions, adapter: StoreAdapterOptions = {}) {
    super();
    this.#settings = checkOptions(options, adapter);
    const { schema, session, policy } = this.#settings;
    this.#tables = storeTablesIn(schema);
    this.#executor = new Executor(driver, {
      ...{ operations: OPERATIONS, reader: undefined, session, policy, schema },
    });
  }

  /**
   * Creates the tables, or upgrades those of the official store in place. Call it before the first use. You can
   * call it at every start, from many processes at once: tables that are up to date cost two reads.
   * Idempotent; retried.
   *
   * @throws ConfigurationError if the server, the database's encoding or existing tables can't be used
   * @throws DatabaseError for example if the role may not create tables (`42501`)
   */
  async setup(): Promise<void> {
    const { schema, index } = this.#settings;
    await this.#executor.run({ name: "setup" }, (driver) => setup(driver, schema, index));
  }

  /** Begins to sweep expired items every `ttl.sweepIntervalMinutes`; without that option it does nothing. */
  override start(): void {
    const { sweepIntervalMinutes } = this.#settings.ttl;
    if (sweepIntervalMinutes !== undefined) this.#sweeper.start(sweepIntervalMinutes);
  }

  /** Ends what `start` began. It closes no connection, `end` does. */
  override stop(): void {
    this.#sweeper.stop();
  }

  /** Closes the connections that `fromConnString` opened. A client that you passed in stays open. */
  async end(): Promise<void> {
    this.stop();
    await this.#executor.driver.close();
  }

  /** Calls `end()`, at the end of `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  /**
   * Reads an item. Retried.
   *
   * @returns null if there is none, or it has expired
   * @throws InvalidNamespaceError if LangGraph does not take the namespace
   */
  override async get(namespace: string[], key: string): Promise<Item | null> {
    return (await this.#run("get", [{ namespace, key }]))[0] as Item | null;
  }

  /**
   * Stores an item in place of the one with its key, if there is one. Idempotent; retried.
   *
   * @param index as LangGraph has it
   * @param options how long the item lives
   * @throws InvalidNamespaceError if LangGraph does not take the namespace, or it begins with "langgraph"
   * @throws SerializationError naming the path of what would not come back equal
   */
  override async put(
    namespace: string[],
    key: string,
    value: Record<string, unknown>,
    index?: false | string[],
    options?: PutOptions,
  ): Promise<void> {
    assertUnreserved(namespace);
    await this.#run("put", [{ namespace, key, value, index, options } as Operation]);
  }

  /** Deletes an item, if it is there. Idempotent; retried. */
  override async delete(namespace: string[], key: string): Promise<void> {
    await this.#run("delete", [{ namespace, key, value: null }]);
  }

  /**
   * Reads the items under a prefix of namespaces, oldest first, or with a query those that fit best. Retried.
   *
   * @param namespacePrefix the labels with which their namespaces begin; `[]` for all
   * @throws InvalidInputError if a part of the filter can't be searched for
   */
  override async search(
    namespacePrefix: string[],
    options: SearchOptions = {},
  ): Promise<SearchItem[]> {
    const operation = { ...options, namespacePrefix } as Operation;
    return (await this.#run("search", [operation]))[0] as SearchItem[];
  }

  /**
   * Lists namespaces that hold an item, label by label in the order of code points. Retried.
   *
   * @param options what they begin and end with, where `"*"` is any label; to how many labels they are cut;
   *   `limit`, by default 100, and `offset`
   */
  override async listNamespaces(
    options: {
      prefix?: string[];
      suffix?: string[];
      maxDepth?: number;
      limit?: number;
      offset?: number;
    } = {},
  ): Promise<string[][]> {
    assertKeys(options, "listNamespaces", LIST_KEYS);
    const { prefix, suffix, maxDepth, limit = 100, offset } = options;
    const matchConditions = [
      ...(prefix ? [{ matchType: "prefix" as const, path: prefix }] : []),
      ...(suffix ? [{ matchType: "suffix" as const, path: suffix }] : []),
    ];
    const operation = { matchConditions, maxDepth, limit, offset } as Operation;
    return (await this.#run("listNamespaces", [operation]))[0] as string[][];
  }

  /**
   * Runs any mix of operations as one statement: reads see what was there before the writes, and of several
   * writes to one item the last one counts. Idempotent; retried.
   *
   * @returns what each returns, in their order; undefined for writes
   */
  override async batch<Op extends readonly Operation[]>(
    operations: Op,
  ): Promise<OperationResults<Op>> {
    return (await this.#run("batch", operations)) as OperationResults<Op>;
  }

  /**
   * Removes expired items, in steps. Any number of sweeps can run at once, from any number of processes. Not
   * retried: after an error or an abort call it again, and it continues.
   *
   * @returns how many were removed
   */
  async sweep(options: SweepStoreOptions = {}): Promise<number> {
    assertKeys(options, "sweep", { signal: true });
    const { signal } = options as SweepStoreOptions;
    assertSignal(signal);
    const page = sweepStatement(this.#tables)(SWEEP_PAGE);
    return this.#executor.run({ name: "sweep", signal }, async (driver) => {
      let removed = 0;
      for (;;) {
        signal?.throwIfAborted();
        const [row] = await driver.query<{ removed: number }>(page);
        removed += row?.removed ?? 0;
        if ((row?.removed ?? 0) < SWEEP_PAGE) return removed;
      }
    });
  }

  async #run(name: OperationName, operations: readonly Operation[]): Promise<Result[]> {
    const plan = new BatchPlan(operations.map((one) => checkOperation(one, this.#settings)));
    if (plan.isEmpty) return [];
    const { ttl, language } = this.#settings;
    const batch = plan.batch(ttl.refreshOnRead, ttl.defaultTtl);
    const vectors = await this.#vectors(name, plan, batch.puts.length > 0);
    const statement = batchStatement(this.#tables, batch, { language, ...vectors });
    return plan.results(await this.#executor.query<BatchRow>({ name }, statement));
  }

  /** What the batch needs of vectors; they are asked for before a connection is. */
  async #vectors(name: OperationName, plan: BatchPlan, puts: boolean): Promise<Partial<Ranking>> {
    const { index } = this.#settings;
    const searches = plan.queries.length > 0;
    if (index === undefined || !(puts || searches)) return {};
    const { texts, queries } = await embed(index, plan.texts, plan.queries);
    const extension = await this.#executor.run({ name }, (driver) =>
      this.#extension.schema(driver),
    );
    return {
      written: puts ? { extension, texts } : undefined,
      searched: searches ? { extension, metric: index.metric, queries } : undefined,
    };
  }
}

const LIST_KEYS = {
  prefix: true,
  suffix: true,
  maxDepth: true,
  limit: true,
  offset: true,
} as const;
