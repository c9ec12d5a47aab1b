import type { Saver } from "@waypost/conformance";
import type pg from "pg";

interface StoredPut {
  readonly ns: string;
  readonly id: string;
  readonly versions: string;
  /** JSON of each new value, by channel and version. */
  readonly values: readonly [key: string, json: string | undefined][];
}

interface StoredWrite {
  readonly ns: string;
  readonly id: string;
  readonly taskId: string;
  readonly channel: string;
  readonly json: string;
}

interface Page {
  readonly puts: StoredPut[];
  readonly writes: StoredWrite[];
}

const place = (...parts: readonly string[]) => JSON.stringify(parts);
const json = (value: unknown) => JSON.stringify(value) ?? "undefined";
/** `jsonb` keeps no order. */
const sorted = (versions: object) => json(Object.entries(versions).sort());

/** What savers acknowledged, to be compared with what the server holds. */
export class Ledger {
  puts = 0;
  writes = 0;
  /** Promises of a saver that nobody has heard of yet. */
  open = 0;
  readonly #pages = new Map<string, Page>();

  /** Writes down what this saver acknowledges from now on. */
  watch(saver: Saver): void {
    const put = saver.put.bind(saver);
    saver.put = async (config, checkpoint, metadata, newVersions) => {
      const versions = sorted(checkpoint.channel_versions);
      const values = Object.entries(newVersions).map(([channel, version]) => {
        const stored = Object.hasOwn(checkpoint.channel_values, channel);
        const value = stored ? json(checkpoint.channel_values[channel]) : undefined;
        return [place(channel, String(version)), value] as [string, string | undefined];
      });
      const next = await this.#opened(put(config, checkpoint, metadata, newVersions));
      const { thread_id, checkpoint_ns: ns, checkpoint_id: id } = next.configurable ?? {};
      this.#page(thread_id).puts.push({ ns, id, versions, values });
      this.puts += 1;
      return next;
    };
    const putWrites = saver.putWrites.bind(saver);
    saver.putWrites = async (config, writes, taskId, taskPath) => {
      const { thread_id, checkpoint_ns: ns = "", checkpoint_id: id } = config.configurable ?? {};
      const stored = writes.map(([channel, value]) => ({
        ...{ ns, id, taskId, channel },
        json: json(value),
      }));
      await this.#opened(putWrites(config, writes, taskId, taskPath));
      this.#page(thread_id).writes.push(...stored);
      this.writes += writes.length;
    };
    const getTuple = saver.getTuple.bind(saver);
    saver.getTuple = (config) => this.#opened(getTuple(config));
  }

  /** What was acknowledged of a thread and is not there, or not as it was; forgets the thread. */
  async missing(
    client: pg.Client,
    saver: Saver,
    schema: string,
    threadId: string,
  ): Promise<string[]> {
    const { puts, writes } = this.#page(threadId);
    this.#pages.delete(threadId);
    const stored = await readThread(client, saver, schema, threadId);
    const lost: string[] = [];
    for (const { ns, id, versions, values } of puts) {
      if (stored.checkpoints.get(place(ns, id)) !== versions) lost.push(`checkpoint ${id}`);
      for (const [key, value] of values) {
        const found = stored.values.get(place(ns, key));
        if (found === undefined || (value !== undefined && found !== value)) {
          lost.push(`value ${key} of checkpoint ${id}`);
        }
      }
    }
    for (const { ns, id, taskId, channel, json } of writes) {
      if (!stored.writes.has(place(ns, id, taskId, channel, json))) {
        lost.push(`write to ${channel} at checkpoint ${id}`);
      }
    }
    return lost;
  }

  #page(threadId: string): Page {
    const page = this.#pages.get(threadId) ?? { puts: [], writes: [] };
    this.#pages.set(threadId, page);
    return page;
  }

  async #opened<T>(promise: Promise<T>): Promise<T> {
    this.open += 1;
    try {
      return await promise;
    } finally {
      this.open -= 1;
    }
  }
}

/** As a plain connection reads it; only the bytes of values are turned back by the saver's serializer. */
async function readThread(client: pg.Client, saver: Saver, schema: string, threadId: string) {
  const rows = async (columns: string, table: string) =>
    (
      await client.query(
        `SELECT ${columns} FROM ${client.escapeIdentifier(schema)}.${table} WHERE thread_id = $1`,
        [threadId],
      )
    ).rows;
  const decoded = async (type: string, blob: Uint8Array | null) =>
    type === "empty" ? "" : json(await saver.serde.loadsTyped(type, blob ?? new Uint8Array()));

  const checkpoints = new Map<string, string>();
  for (const row of await rows(
    "checkpoint_ns, checkpoint_id, checkpoint->'channel_versions' AS versions",
    "checkpoints",
  )) {
    checkpoints.set(place(row.checkpoint_ns, row.checkpoint_id), sorted(row.versions));
  }
  const values = new Map<string, string>();
  for (const row of await rows("*", "checkpoint_blobs")) {
    const key = place(row.checkpoint_ns, place(row.channel, row.version));
    values.set(key, await decoded(row.type, row.blob));
  }
  const writes = new Set<string>();
  for (const row of await rows("*", "checkpoint_writes")) {
    const value = await decoded(row.type, row.blob);
    writes.add(place(row.checkpoint_ns, row.checkpoint_id, row.task_id, row.channel, value));
  }
  return { checkpoints, values, writes };
}
