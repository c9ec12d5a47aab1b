import type {
  ChannelVersions,
  Checkpoint,
  CheckpointMetadata,
} from "@langchain/langgraph-checkpoint";
import type { Driver, Queryable, Statement } from "./driver.js";
import { encodeBlobs } from "./encode.js";
import { WaypostError } from "./errors.js";
import type { Serializer } from "./serializer/types.js";
import type { PutInput, PutRow } from "./sql/put.js";

export interface PutSql {
  put(input: PutInput, onParent: boolean): Statement[];
  lockThread(threadId: string, wait: boolean): Statement;
}

/** A checkpoint ready to be stored, and what is needed to store all of its values. */
export interface Put {
  readonly input: PutInput;
  readonly values: Checkpoint["channel_values"];
  readonly versions: ChannelVersions;
  readonly newVersions: ChannelVersions;
  readonly metadata: CheckpointMetadata;
}

/**
 * Stores a checkpoint so that all values it refers to are there: one statement, but where its parent
 * is gone (or never was there), and for copies, which refer to the values of their original instead.
 * Then all of its values are stored with it, while nobody can remove any.
 *
 * @throws WaypostError if the parent is gone and with it what a delta channel is rebuilt from
 */
export async function storeCheckpoint(
  driver: Driver,
  sql: PutSql,
  serde: Serializer,
  put: Put,
): Promise<void> {
  const onParent = put.input.parentId !== null;
  if (!isCopy(put)) {
    const stored = await sendAll<PutRow>(driver, sql.put(put.input, onParent));
    if (stored.length > 0) return;
  }
  const blobs = [
    ...put.input.blobs,
    ...(await encodeBlobs(serde, put.input, put.values, oldVersions(put))),
  ];
  const whole = { ...put.input, blobs };
  await driver.transaction(async (tx) => {
    await tx.query(sql.lockThread(whole.threadId, true));
    if (onParent && needsAncestors(put)) {
      const stored = await send<PutRow>(tx, sql.put(whole, true));
      if (stored.length === 0) throw parentRemoved();
    } else await send(tx, sql.put(whole, false));
  });
}

/** Runs statements that belong together, one by itself or several in a transaction; rows of the last. */
export function sendAll<Row extends object>(
  driver: Driver,
  statements: readonly Statement[],
): Promise<Row[]> {
  return statements.length > 1
    ? driver.transaction((tx) => send<Row>(tx, statements))
    : send<Row>(driver, statements);
}

async function send<Row extends object>(
  session: Queryable,
  statements: readonly Statement[],
): Promise<Row[]> {
  let rows: Row[] = [];
  for (const statement of statements) rows = await session.query<Row>(statement);
  return rows;
}

/** LangGraph stores a copy as a sibling of its original, and names none of its versions as new. */
function isCopy({ metadata, newVersions }: Put): boolean {
  return metadata.source === "fork" && Object.keys(newVersions).length === 0;
}

/** Versions of the values that were there before. */
function oldVersions({ values, versions, newVersions }: Put): ChannelVersions {
  return Object.fromEntries(
    Object.entries(versions).filter(
      ([channel]) => Object.hasOwn(values, channel) && !Object.hasOwn(newVersions, channel),
    ),
  );
}

/** Whether a delta channel has no value in the checkpoint: it is rebuilt from its ancestors. */
function needsAncestors({ values, versions, metadata }: Put): boolean {
  const counters = (metadata as { counters_since_delta_snapshot?: object })
    .counters_since_delta_snapshot;
  return Object.keys(counters ?? {}).some(
    (channel) => Object.hasOwn(versions, channel) && !Object.hasOwn(values, channel),
  );
}

function parentRemoved(): WaypostError {
  return new WaypostError(
    "WAYPOST_PARENT_REMOVED",
    "put stored nothing: the checkpoint that this one continues from was removed meanwhile, and with it what its delta channels are rebuilt from. Run again from a checkpoint that is there.",
  );
}
