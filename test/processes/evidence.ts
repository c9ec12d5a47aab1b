import type { CheckpointTuple } from "@langchain/langgraph-checkpoint";
import type { Saver } from "@waypost/conformance";
import { CONTENT_TABLES } from "@waypost/core/adapter";
import type pg from "pg";
import { problemOf } from "./author.ts";
import type { Content } from "./content.ts";

/** A checkpoint as a saver that remembers nothing reads it, by what there is to compare. */
export interface Found {
  readonly thread: string;
  readonly id: string;
  readonly parent: string | undefined;
  readonly channels: ReadonlyMap<string, string>;
  /** Digests of writes, by task. */
  readonly writes: ReadonlyMap<string, string>;
}

export interface Evidence {
  readonly found: readonly Found[];
  /** Threads that have rows of any kind, by table. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly string[];
}

const READERS = 4;

/** Reads every checkpoint that plain SQL finds. */
export async function gather(client: pg.Client, saver: Saver, schema: string): Promise<Evidence> {
  const from = (table: string) => `${client.escapeIdentifier(schema)}.${table}`;
  const rows = new Map<string, string[]>();
  for (const { name: table } of CONTENT_TABLES) {
    const { rows: threads } = await client.query(`SELECT DISTINCT thread_id FROM ${from(table)}`);
    for (const { thread_id: id } of threads) rows.set(id, [...(rows.get(id) ?? []), table]);
  }
  const { rows: keys } = await client.query<Key>(
    `SELECT thread_id, checkpoint_ns, checkpoint_id FROM ${from("checkpoints")}`,
  );
  const found: Found[] = [];
  const problems = await unusedParts(client, from);
  const next = keys[Symbol.iterator]();
  const read = async () => {
    for (const key of next) {
      const result = await readOne(saver, key);
      if (typeof result === "string") problems.push(result);
      else found.push(result);
    }
  };
  await Promise.all(Array.from({ length: READERS }, read));
  for await (const { threadId, problems: some } of saver.verify()) {
    problems.push(...some.map((one) => `verify of ${threadId}: ${JSON.stringify(one)}`));
  }
  return { found, rows, problems };
}

interface Key {
  readonly thread_id: string;
  readonly checkpoint_ns: string;
  readonly checkpoint_id: string;
}

async function readOne(saver: Saver, key: Key): Promise<Found | string> {
  const { thread_id: thread, checkpoint_id: id } = key;
  try {
    const tuple = await saver.getTuple({ configurable: { ...key } });
    if (tuple === undefined) return `${thread}, checkpoint ${id}: a row that is not read`;
    return problemOf(tuple) ?? foundOf(thread, tuple);
  } catch (error) {
    return `${thread}, checkpoint ${id}: ${error}`;
  }
}

function foundOf(thread: string, tuple: CheckpointTuple): Found {
  const { checkpoint, parentConfig, pendingWrites = [] } = tuple;
  const digest = (value: unknown) => (value as Content).digest;
  return {
    ...{ thread, id: checkpoint.id },
    parent: parentConfig?.configurable?.checkpoint_id as string | undefined,
    channels: new Map(
      Object.entries(checkpoint.channel_values).map(([name, value]) => [name, digest(value)]),
    ),
    writes: new Map(pendingWrites.map(([task, , value]) => [task, digest(value)])),
  };
}

/** Stretches of values in threads where no value has any. */
async function unusedParts(client: pg.Client, from: (table: string) => string): Promise<string[]> {
  const { rows } = await client.query(
    `SELECT DISTINCT thread_id FROM ${from("waypost_parts")} p WHERE NOT EXISTS (
      SELECT FROM ${from("checkpoint_blobs")} b
      WHERE b.thread_id = p.thread_id AND b.segments IS NOT NULL)`,
  );
  return rows.map(({ thread_id }) => `${thread_id}: parts that no value has`);
}
