import type { RunnableConfig } from "@langchain/core/runnables";
import type { CheckpointTuple, DeltaChannelHistory } from "@langchain/langgraph-checkpoint";
import type { Statement } from "../driver/driver.js";
import { InvalidInputError, type WaypostError } from "../errors/errors.js";
import { type Executor, type Operation, streamOperation } from "../execution/executor.js";
import type { ServerFacts } from "../execution/server-facts.js";
import {
  assertText,
  fetchOf,
  type ListOptions,
  type ListQuery,
  listQuery,
  readKey,
} from "../input/config.js";
import type { Serializer } from "../serializer/types.js";
import type { Catalogue } from "../sql/catalogue.js";
import type { DeltaColumns } from "../sql/read/delta-history.js";
import type { PageInput } from "../sql/read/list.js";
import { parseDeltaRow, parseTupleRow } from "../sql/read/parse.js";
import type { TupleRow } from "../sql/read/rows.js";
import type { TupleColumns } from "../sql/read/tuple.js";
import type { ValueForm } from "../sql/read/values.js";
import { toDeltaHistory } from "./delta-history.js";
import { CURSOR_BATCH, listTuples, streamTuples } from "./list.js";
import type { NextVersion } from "./pending-sends.js";
import { TupleReader } from "./tuple-reader.js";
import type { ValueCache } from "./value-cache.js";
import { isRun, type Uncontinuable } from "./versions.js";

/** Text that the server itself can't take for UTF-8. */
const BROKEN_TEXT = "22021";

/** What Citus calls a statement that it has no plan for. */
const NOT_SUPPORTED = "0A000";

/** @throws InvalidInputError where the tables are distributed and no thread says on which node to keep the cursor */
async function* supported<Row>(
  batches: AsyncIterable<Row>,
  { threadId }: ListQuery,
): AsyncGenerator<Row> {
  try {
    yield* batches;
  } catch (cause) {
    if (threadId !== undefined || (cause as WaypostError).code !== NOT_SUPPORTED) throw cause;
    throw new InvalidInputError(
      'Tables that Citus distributes have no cursor over all threads; name a thread, or list without { fetch: "cursor" }.',
      { cause },
    );
  }
}

/** What those who read and those who write checkpoints have in common. */
export interface CheckpointContext {
  readonly executor: Executor;
  readonly server: ServerFacts;
  readonly sql: Catalogue;
  readonly serde: Serializer;
  readonly cache: ValueCache;
  readonly uncontinuable: Uncontinuable;
  /** The saver's own. */
  readonly nextVersion: NextVersion;
}

export class CheckpointReader {
  readonly #context: CheckpointContext;
  readonly #form: ValueForm;

  constructor(context: CheckpointContext) {
    this.#context = context;
    this.#form = context.serde.jsonIsText === true ? "text" : "bytes";
  }

  async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const key = readKey(config);
    if (key === undefined) return undefined;
    const { sql, cache, serde, nextVersion, uncontinuable } = this.#context;
    const known = cache.known(key);
    const operation = { name: "getTuple", threadId: key.threadId } as const;
    const rows = await this.#tupleRows(operation, (form) => sql.getTuple(key, known, form));
    const reader = new TupleReader(rows, serde);
    reader.add(key, known);
    const [checkpoint] = reader.checkpoints;
    if (checkpoint === undefined) return undefined;
    const tuple = await reader.tuple(checkpoint, key, nextVersion);
    cache.read({ ...key, checkpointId: checkpoint.checkpointId }, reader.stored);
    uncontinuable.check(tuple, isRun(config));
    return tuple;
  }

  async *list(config: RunnableConfig, options?: ListOptions): AsyncGenerator<CheckpointTuple> {
    const query = listQuery(config, options);
    const { executor, server, sql, serde, nextVersion } = this.#context;
    const operation = { name: "list", threadId: query.threadId } as const;
    if (fetchOf(options) === "cursor") {
      const cursor = sql.listCursor(query, this.#form);
      const rows = streamOperation<TupleColumns>(executor.reader, operation, cursor, CURSOR_BATCH);
      yield* streamTuples(query, parsed(supported(rows, query)), serde, nextVersion);
    } else {
      // The text for threads on several nodes is slower on one server.
      const onNodes =
        query.threadId === undefined && (await server.askDistributed(executor.reader));
      const read = (input: PageInput) =>
        this.#tupleRows(
          operation,
          (form) => sql.list({ ...input, onNodes }, form),
          executor.reader,
        );
      yield* listTuples(query, read, serde, nextVersion);
    }
  }

  async deltaHistory(
    config: RunnableConfig,
    passed: readonly string[],
  ): Promise<Record<string, DeltaChannelHistory>> {
    const channels = [...new Set(passed.map((channel) => assertText(channel, "channels")))];
    const key = readKey(config);
    const { sql, serde } = this.#context;
    const operation = { name: "getDeltaChannelHistory", threadId: key?.threadId } as const;
    if (key === undefined || channels.length === 0) return toDeltaHistory([], channels, serde);
    const rows = await this.#read<DeltaColumns>(operation, (form) =>
      sql.deltaHistory(key, channels, form),
    );
    return toDeltaHistory(
      rows.map((row) => parseDeltaRow(row, key)),
      channels,
      serde,
    );
  }

  async #tupleRows(
    operation: Operation,
    statement: (form: ValueForm) => Statement,
    driver = this.#context.executor.driver,
  ): Promise<TupleRow[]> {
    return (await this.#read<TupleColumns>(operation, statement, driver)).map(parseTupleRow);
  }

  /** A damaged value fails the whole statement where the server reads it as text; as bytes, it can be named. */
  async #read<Row extends object>(
    operation: Operation,
    statement: (form: ValueForm) => Statement,
    driver = this.#context.executor.driver,
  ): Promise<Row[]> {
    try {
      return await this.#context.executor.query<Row>(operation, statement(this.#form), driver);
    } catch (error) {
      if ((error as WaypostError).code !== BROKEN_TEXT) throw error;
      return await driver.query<Row>(statement("bytes")).catch(() => Promise.reject(error));
    }
  }
}

async function* parsed(batches: AsyncIterable<TupleColumns[]>): AsyncGenerator<TupleRow[]> {
  for await (const rows of batches) yield rows.map(parseTupleRow);
}
