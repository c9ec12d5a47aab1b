import type { RunnableConfig } from "@langchain/core/runnables";
import type {
  ChannelVersions,
  Checkpoint,
  CheckpointMetadata,
  CheckpointTuple,
  DeltaChannelHistory,
  PendingWrite,
} from "@langchain/langgraph-checkpoint";
import { toDeltaHistory } from "./checkpoints/delta-history.js";
import { encodeBlobs, encodeCheckpoint, encodeWrites } from "./checkpoints/encode.js";
import { CURSOR_BATCH, listTuples, streamTuples } from "./checkpoints/list.js";
import { withSends } from "./checkpoints/pending-sends.js";
import { encodeOld, storeCheckpoint, storeWrites, type WriteContext } from "./checkpoints/put.js";
import { withRun } from "./checkpoints/run.js";
import { TupleReader } from "./checkpoints/tuple-reader.js";
import { Updates, untrackedIn } from "./checkpoints/untracked.js";
import { ValueCache } from "./checkpoints/value-cache.js";
import { checkVersions, isRun, nextVersion, Uncontinuable } from "./checkpoints/versions.js";
import type { Driver, Statement } from "./driver/driver.js";
import { InvalidInputError, type WaypostError } from "./errors/errors.js";
import { streamOperation } from "./execution/operations.js";
import {
  configOf,
  fetchOf,
  type ListOptions,
  type ListQuery,
  listQuery,
  readKey,
  text,
  writeKey,
} from "./input/config.js";
import { type AdapterOptions, checkOptions, type SaverOptions } from "./options.js";
import type { SetupOptions } from "./schema/setup.js";
import { encodeMetadata } from "./serializer/values.js";
import type { DeltaRow } from "./sql/read/delta-history.js";
import type { PageInput } from "./sql/read/list.js";
import type { TupleRow } from "./sql/read/tuple.js";
import type { ValueForm } from "./sql/read/values.js";
import { newPutId } from "./sql/write/put.js";
import { ThreadSaver } from "./thread-saver.js";

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

/** A LangGraph checkpoint saver over any driver. Use the class of your driver's package. */
export abstract class WaypostSaver extends ThreadSaver {
  readonly #form: ValueForm;
  readonly #context: WriteContext;
  readonly #uncontinuable = new Uncontinuable();
  readonly #updates = new Updates();

  /**
   * @throws InvalidInputError if an option can't be used; nothing is sent to the database here.
   */
  constructor(driver: Driver, options?: SaverOptions, adapter: AdapterOptions = {}) {
    const checked = checkOptions(options, adapter);
    super(driver, checked, adapter.reader);
    this.#form = checked.jsonIsText ? "text" : "bytes";
    const cache = new ValueCache(checked.cacheBytes, this.sql);
    const { sql, tombstones, serde, server } = this;
    this.#context = { driver: this.driver, sql, tombstones, cache, server, serde };
  }

  override async setup(options?: SetupOptions): Promise<void> {
    await super.setup(options);
    this.#context.cache.changed();
  }

  /**
   * The checkpoint that the config names, or the latest of its thread and namespace, with its values
   * and its pending writes in the order in which LangGraph applies them. One round trip, which fetches
   * no values that this saver remembers.
   *
   * @returns undefined if there is none, or the config has no `thread_id`
   */
  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const key = readKey(config);
    if (key === undefined) return undefined;
    const { cache } = this.#context;
    const known = cache.known(key);
    const rows = await this.#read<TupleRow>("getTuple", key.threadId, (form) =>
      this.sql.getTuple(key, known, form),
    );
    const page = new TupleReader(rows, this.serde);
    page.add(key, known);
    const [checkpoint] = page.checkpoints;
    if (checkpoint === undefined) return undefined;
    const tuple = await page.tuple(checkpoint, key, () => this.getNextVersion(undefined));
    cache.read({ ...key, checkpointId: checkpoint.id }, page.stored);
    this.#uncontinuable.check(tuple, isRun(config));
    return tuple;
  }

  /**
   * Checkpoints, newest first, read in pages: no connection is held while the loop body runs, and it
   * may stop at any time. Without `thread_id` all threads are listed, without `checkpoint_ns` all
   * namespaces. Values that checkpoints share are the same objects; treat them as read-only.
   *
   * @param options.filter metadata must contain it, as with `@>` of Postgres
   * @param options.before only checkpoints older than the one this config names
   * @param options.limit how many at most
   * @param options.fetch `"cursor"` for one consistent snapshot through the driver's cursor, on a
   *   connection of the pool that is kept until the loop ends
   */
  override async *list(
    config: RunnableConfig,
    options?: ListOptions,
  ): AsyncGenerator<CheckpointTuple> {
    const query = listQuery(config, options);
    const nextVersion = () => this.getNextVersion(undefined);
    if (fetchOf(options) === "cursor") {
      const operation = { name: "list", ...(query.threadId && { threadId: query.threadId }) };
      const cursor = this.sql.listCursor(query, this.#form);
      const rows = streamOperation<TupleRow>(this.reader, operation, cursor, CURSOR_BATCH);
      yield* streamTuples(query, supported(rows, query), this.serde, nextVersion);
    } else {
      // The text for several nodes is slower on one server.
      const onNodes =
        query.threadId === undefined && (await this.server.askDistributed(this.reader));
      const read = (input: PageInput) =>
        this.#read<TupleRow>(
          "list",
          query.threadId,
          (form) => this.sql.list({ ...input, onNodes }, form),
          this.reader,
        );
      yield* listTuples(query, read, this.serde, nextVersion);
    }
  }

  /**
   * Stores a checkpoint with the values of the channels in `newVersions`, atomically and in one round
   * trip. The config's `checkpoint_id` is its parent.
   *
   * @returns the config that names the new checkpoint
   * @throws InvalidInputError or SerializationError before anything is written
   */
  override async put(
    config: RunnableConfig,
    passedCheckpoint: Checkpoint,
    metadata: CheckpointMetadata,
    passedVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const { threadId, checkpointNs, checkpointId: parentId } = writeKey(config);
    const { checkpoint, newVersions } = withSends(
      { checkpoint: passedCheckpoint, newVersions: passedVersions },
      (current) => this.getNextVersion(current),
    );
    this.#uncontinuable.refuse({ threadId, checkpointNs, checkpointId: parentId });
    checkVersions(checkpoint);
    // Before anything is awaited: the caller may go on changing the checkpoint meanwhile.
    const { id: checkpointId, json } = encodeCheckpoint(checkpoint);
    const key = { threadId, checkpointNs, checkpointId };
    const passed = {
      values: { ...checkpoint.channel_values },
      versions: { ...checkpoint.channel_versions },
      newVersions: { ...newVersions },
      metadata: { ...metadata },
    };
    const place = { ...key, parentId: parentId ?? null };
    this.#updates.check(place, passed.values);
    const metadataJson = encodeMetadata(withRun(metadata, config));
    const isUntracked = untrackedIn(passed.values, config);
    const encoded = encodeBlobs(this.serde, key, passed.values, newVersions, isUntracked);
    const oldBlobs = encodeOld(this.#context, this.serde, place, passed, isUntracked);
    const stored = { checkpoint: json, metadata: metadataJson, putId: newPutId() };
    const input = { ...place, ...stored, blobs: await encoded };
    await this.guard({ name: "put", threadId, idempotent: true }, (driver) =>
      storeCheckpoint({ ...this.#context, driver }, { ...passed, input, oldBlobs }),
    );
    await this.retain(key, passed.metadata);
    return configOf(key);
  }

  /**
   * Stores the writes of a task to a checkpoint, atomically and in one round trip; none for no
   * writes. Writes that arrived before are kept; errors, interrupts and resumes are replaced.
   *
   * @param taskPath position of the task in its superstep, which decides the order of the writes
   */
  override async putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath = "",
  ): Promise<void> {
    const { threadId, checkpointNs, checkpointId } = writeKey(config);
    if (checkpointId === undefined) {
      throw new InvalidInputError(
        '"checkpoint_id" is missing; writes belong to the checkpoint that the config names.',
      );
    }
    this.#uncontinuable.refuse({ threadId, checkpointNs, checkpointId });
    const task = { threadId, checkpointNs, checkpointId, taskId: text(taskId, "taskId") };
    const input = {
      ...task,
      taskPath: text(taskPath, "taskPath"),
      writes: await encodeWrites(this.serde, task, writes, taskPath, this.#updates),
    };
    await this.guard({ name: "putWrites", threadId, idempotent: true }, (driver) =>
      storeWrites({ ...this.#context, driver }, input),
    );
  }

  /**
   * The writes from which each channel's value at a checkpoint is rebuilt, oldest first, and the
   * stored value they start from. One round trip at any depth.
   */
  override async getDeltaChannelHistory(options: {
    config: RunnableConfig;
    channels: string[];
  }): Promise<Record<string, DeltaChannelHistory>> {
    const channels = [...new Set(options.channels.map((channel) => text(channel, "channels")))];
    const key = readKey(options.config);
    const rows =
      key === undefined || channels.length === 0
        ? []
        : await this.#read<DeltaRow>("getDeltaChannelHistory", key.threadId, (form) =>
            this.sql.deltaHistory(key, channels, form),
          );
    return toDeltaHistory(rows, channels, this.serde, key ?? { threadId: "", checkpointNs: "" });
  }

  /**
   * The next whole number and a random fraction. Two runs or branches that start from one version
   * never get the same next one, so neither can take the other's value for its own. Of a text of fixed
   * length, which other savers use, the next one is such a text, though LangGraph's type says otherwise.
   *
   * @throws InvalidInputError for other texts, the versions of Python's saver among them
   */
  override getNextVersion(current: number | undefined): number {
    return nextVersion(current) as number;
  }

  /** A damaged value fails the whole statement where the server reads it as text; as bytes, it can be named. */
  async #read<Row extends object>(
    name: string,
    threadId: string | undefined,
    statement: (form: ValueForm) => Statement,
    driver = this.driver,
  ): Promise<Row[]> {
    try {
      return await this.query<Row>({ name, threadId }, statement(this.#form), driver);
    } catch (error) {
      if ((error as WaypostError).code !== BROKEN_TEXT) throw error;
      return await driver.query<Row>(statement("bytes")).catch(() => Promise.reject(error));
    }
  }
}
