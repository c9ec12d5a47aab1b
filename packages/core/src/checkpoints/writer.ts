import type { RunnableConfig } from "@langchain/core/runnables";
import type {
  ChannelVersions,
  Checkpoint,
  CheckpointMetadata,
  PendingWrite,
} from "@langchain/langgraph-checkpoint";
import { InvalidInputError } from "../errors/errors.js";
import { assertText, type CheckpointKey, writeKey } from "../input/config.js";
import { assertPut, assertWrites } from "../input/put.js";
import { encodeMetadata } from "../serializer/values.js";
import { newPutId } from "../sql/write/put.js";
import { encodeBlobs, encodeCheckpoint, encodeWrites } from "./encode.js";
import { withSends } from "./pending-sends.js";
import { encodeOld, storeCheckpoint, type WriteContext } from "./put.js";
import type { CheckpointContext } from "./reader.js";
import { withRunMetadata } from "./run-metadata.js";
import { Updates, untrackedIn } from "./untracked.js";
import { checkVersions } from "./versions.js";
import { WriteGroups } from "./write-groups.js";

export class CheckpointWriter {
  readonly #context: CheckpointContext;
  readonly #writing: WriteContext;
  readonly #groups: WriteGroups;
  readonly #updates = new Updates();

  constructor(context: CheckpointContext & { readonly tombstones: boolean }) {
    const { executor, server, sql, cache, serde, tombstones } = context;
    this.#context = context;
    this.#writing = { driver: executor.driver, server, sql, cache, serde, tombstones };
    this.#groups = new WriteGroups(this.#writing);
  }

  /** @returns the key of what was stored */
  async put(
    config: RunnableConfig,
    passedCheckpoint: Checkpoint,
    passedMetadata: CheckpointMetadata,
    passedVersions: ChannelVersions,
  ): Promise<CheckpointKey> {
    const { executor, serde, nextVersion, uncontinuable } = this.#context;
    const { threadId, checkpointNs, checkpointId: parentId } = writeKey(config);
    assertPut(passedCheckpoint, passedMetadata, passedVersions);
    const { checkpoint, newVersions } = withSends(
      { checkpoint: passedCheckpoint, newVersions: passedVersions },
      nextVersion,
    );
    uncontinuable.refuse({ threadId, checkpointNs, checkpointId: parentId });
    checkVersions(checkpoint);
    // Before anything is awaited: the caller may go on changing the checkpoint meanwhile.
    const { id: checkpointId, json } = encodeCheckpoint(checkpoint);
    const key = { threadId, checkpointNs, checkpointId };
    const passed = {
      values: { ...checkpoint.channel_values },
      versions: { ...checkpoint.channel_versions },
      newVersions: { ...newVersions },
      metadata: { ...passedMetadata },
    };
    const place = { ...key, parentId: parentId ?? null };
    this.#updates.check(place, passed.values);
    const metadata = encodeMetadata(withRunMetadata(passedMetadata, config));
    const isUntracked = untrackedIn(passed.values, config);
    const encoded = encodeBlobs(serde, key, passed.values, newVersions, isUntracked);
    const oldBlobs = encodeOld(this.#writing, serde, place, passed, isUntracked);
    const stored = { checkpoint: json, metadata, putId: newPutId() };
    const input = { ...place, ...stored, blobs: await encoded };
    await executor.run({ name: "put", threadId }, (driver) =>
      storeCheckpoint({ ...this.#writing, driver }, { ...passed, input, oldBlobs }),
    );
    return key;
  }

  async putWrites(
    config: RunnableConfig,
    writes: readonly PendingWrite[],
    taskId: string,
    taskPath: string,
  ): Promise<void> {
    const { executor, serde, uncontinuable } = this.#context;
    const { threadId, checkpointNs, checkpointId } = writeKey(config);
    if (checkpointId === undefined) {
      throw new InvalidInputError(
        '"checkpoint_id" is missing; writes belong to the checkpoint that the config names.',
      );
    }
    assertWrites(writes);
    uncontinuable.refuse({ threadId, checkpointNs, checkpointId });
    const task = {
      taskId: assertText(taskId, "taskId"),
      taskPath: assertText(taskPath, "taskPath"),
    };
    const key = { threadId, checkpointNs, checkpointId };
    const place = { ...key, taskId: task.taskId };
    const rows = await encodeWrites(serde, place, writes, taskPath, this.#updates);
    const input = { ...key, writes: rows.map((row) => ({ ...task, ...row })) };
    await executor.run({ name: "putWrites", threadId }, (_driver, signal) =>
      this.#groups.store(input, signal),
    );
  }
}
