import { nextPageSize } from "../checkpoints/page-size.js";
import { Parts } from "../checkpoints/parts.js";
import { placeOfValue, placeOfWrite } from "../checkpoints/rows.js";
import type { Driver } from "../driver/driver.js";
import { SerializationError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import { assertFlag, assertSignal, threadIds } from "../input/maintenance.js";
import type { Serializer } from "../serializer/types.js";
import { decode } from "../serializer/values.js";
import type { Catalogue } from "../sql/catalogue.js";
import { parseCheckedRow } from "../sql/read/parse.js";
import {
  type CheckedBlobRow,
  type CheckedRow,
  type CheckedWriteRow,
  ofKind,
} from "../sql/read/rows.js";
import type { CheckedColumns, DamageRow } from "../sql/read/verify.js";
import { countOrphans, removeOrphans, writesBefore } from "./sweep.js";

/**
 * What is wrong:
 *
 * - `version_collision`: two branches stored a value under one version, so that one branch reads the
 *   other's value. The official saver does this to forks and to concurrent runs. The lost value can't be
 *   restored.
 * - `missing`: checkpoints refer to a value that is not there.
 * - `unreadable`: the serializer refuses a stored value, or a checkpoint has no channel versions.
 * - `orphans`: values and writes that no checkpoint refers to. They do no harm, and can be removed.
 */
export type ProblemKind = "version_collision" | "missing" | "unreadable" | "orphans";

/** One problem of a thread. */
export interface Problem {
  /** What is wrong. */
  readonly kind: ProblemKind;
  /** The namespace; undefined for `orphans`. */
  readonly checkpointNs?: string;
  /** The channel; undefined for `orphans` and for checkpoints as a whole. */
  readonly channel?: string;
  /** The channel's version; undefined for writes and for checkpoints as a whole. */
  readonly version?: string;
  /** The affected checkpoints; of a `version_collision`, those that each stored a value. */
  readonly checkpointIds?: readonly string[];
  /** Of `orphans`: the number of rows. */
  readonly rows?: number;
  /** Of `orphans`: their stored size in bytes. */
  readonly bytes?: number;
  /** Whether it has been removed. */
  readonly repaired: boolean;
}

/** A thread with at least one problem. */
export interface ThreadProblems {
  /** The thread. */
  readonly threadId: string;
  /** Its problems. */
  readonly problems: readonly Problem[];
}

/** What `verify` checks and repairs. */
export interface VerifyOptions {
  /** Ids of the threads. Default: all threads. */
  readonly threadIds?: readonly string[];
  /** Whether to remove orphans. Nothing else can be repaired. Default false. */
  readonly repair?: boolean;
  /** Stops before the next thread; the loop throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Values are of any size, and a page of them is held in memory. */
const FIRST_VALUES = 20;
const MAX_VALUES = 1_000;

const KEYS: OptionKeys<VerifyOptions> = { threadIds: true, repair: true, signal: true };

/** @throws InvalidInputError naming the option and what to pass */
export function verifyPlan(options: VerifyOptions = {}) {
  assertKeys(options, "verify", KEYS);
  assertSignal(options.signal);
  return {
    threads: options.threadIds && threadIds(options.threadIds),
    repair: assertFlag(options.repair ?? false, "repair"),
    signal: options.signal,
  };
}

/** Yields the threads in which something is wrong. */
export async function* verify(
  driver: Driver,
  sql: Catalogue,
  serde: Serializer,
  { threads, repair, signal }: ReturnType<typeof verifyPlan>,
): AsyncGenerator<ThreadProblems> {
  for await (const threadId of threads ?? allThreads(driver, sql)) {
    signal?.throwIfAborted();
    const damaged = await damage(driver, sql, threadId);
    // What such a checkpoint refers to is not known, so nothing is sure to be an orphan.
    const unknown = damaged.some(({ kind, channel }) => kind === "unreadable" && !channel);
    const problems = [
      ...damaged,
      ...(await unreadable(driver, sql, serde, threadId)),
      ...(unknown ? [] : await orphans(driver, sql, threadId, repair)),
    ];
    if (problems.length > 0) yield { threadId, problems };
  }
}

export async function* allThreads(
  driver: Driver,
  sql: Pick<Catalogue, "threadPage">,
): AsyncGenerator<string> {
  for (let after: string | null = null; ; ) {
    const page: { thread: string }[] = await driver.query(sql.threadPage(after));
    for (const { thread } of page) yield thread;
    after = page.at(-1)?.thread ?? null;
    if (after === null) return;
  }
}

async function damage(driver: Driver, sql: Catalogue, threadId: string): Promise<Problem[]> {
  const rows = await driver.query<DamageRow>(sql.verifyVersions(threadId));
  return rows.map(({ kind, namespace, channel, version, ids }) => ({
    kind,
    checkpointNs: namespace,
    ...(channel === null ? {} : { channel }),
    ...(version === null ? {} : { version }),
    checkpointIds: JSON.parse(ids) as string[],
    repaired: false,
  }));
}

type Checked = CheckedBlobRow | CheckedWriteRow;

async function unreadable(
  driver: Driver,
  sql: Catalogue,
  serde: Serializer,
  threadId: string,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const blobs = (last: Checked | undefined, size: number) =>
    sql.verifyBlobs(threadId, last?.kind === "blob" ? last : undefined, size);
  const writes = (last: Checked | undefined, size: number) =>
    sql.verifyWrites(threadId, last?.kind === "write" ? last : undefined, size);
  for (const read of [blobs, writes]) {
    let size = FIRST_VALUES;
    for (let last: Checked | undefined; ; ) {
      const raw: CheckedColumns[] = await driver.query(read(last, size));
      const all = raw.map((row) => parseCheckedRow(row, threadId));
      const parts = new Parts(ofKind(all, "part"));
      const rows = valuesIn(all);
      for (const row of rows) {
        if (!(await readable(serde, row, parts))) problems.push(unreadableRow(row));
      }
      last = rows.at(-1);
      if (last === undefined) break;
      size = nextPageSize(rows.length, bytesIn(all), MAX_VALUES);
    }
  }
  return problems;
}

const bytesIn = (rows: readonly CheckedRow[]): number =>
  rows.reduce((sum, { data }) => sum + data.length, 0);

/** In the order of the page: a union has none of its own. */
const valuesIn = (rows: readonly CheckedRow[]): Checked[] => [
  ...ofKind(rows, "blob").sort((a, b) => a.position - b.position),
  ...ofKind(rows, "write"),
];

async function readable(serde: Serializer, row: Checked, parts: Parts): Promise<boolean> {
  const place = row.kind === "blob" ? placeOfValue(row) : placeOfWrite(row);
  try {
    await decode(serde, row.type, parts.valueOf(row, row.threadId), row.channel, place);
    return true;
  } catch (error) {
    if (error instanceof SerializationError) return false;
    throw error;
  }
}

function unreadableRow(row: Checked): Problem {
  const { checkpointNs, channel } = row;
  const place =
    row.kind === "blob" ? { version: row.version } : { checkpointIds: [row.checkpointId] };
  return { kind: "unreadable", checkpointNs, channel, ...place, repaired: false };
}

async function orphans(
  driver: Driver,
  sql: Catalogue,
  threadId: string,
  repair: boolean,
): Promise<Problem[]> {
  const before = writesBefore();
  const { blobs, writes, bytes } = repair
    ? await removeOrphans(driver, sql, threadId, before, true)
    : await countOrphans(driver, sql, threadId, before);
  const rows = blobs + writes;
  return bytes === 0 ? [] : [{ kind: "orphans", rows, bytes, repaired: repair }];
}
