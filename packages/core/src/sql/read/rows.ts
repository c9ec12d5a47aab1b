import type { NamespaceKey } from "../../input/config.js";
import type { ValuePlace, WritePlace } from "../../serializer/types.js";
import type { Segment, StoredSegments } from "../../sharing/segments.js";

/**
 * The columns of reads as drivers return them. Each read has some of them, null where they do not apply. Their
 * names are single words, which stay as they are where a client renames columns (`camelCase` and the like).
 */
export interface RawRow {
  readonly kind: string;
  readonly thread: string;
  readonly namespace: string;
  readonly id: string;
  readonly parent: string | null;
  readonly metadata: string | null;
  readonly channel: string;
  /** Of bytes that values share: where they begin. */
  readonly version: string;
  readonly task: string;
  readonly path: string;
  /** Of a write its index, of bytes that values share their number, of others their position in the read. */
  readonly idx: number;
  readonly depth: number;
  readonly type: string;
  /** The value as text where it is JSON of ours, or the checkpoint itself. */
  readonly json: string | null;
  /** The value otherwise. */
  readonly bytes: Uint8Array | null;
  readonly put: string | null;
  readonly segments: string | null;
}

/** The version of a channel. */
export type BlobKey = Omit<ValuePlace, "kind">;

/** A write of a task. */
export type WriteKey = Omit<WritePlace, "kind">;

/** What a row holds of a value. */
export interface StoredData {
  readonly type: string;
  /** All of it, or with segments its last bytes. Text where it is JSON of ours, and was asked for as text. */
  readonly data: string | Uint8Array;
  readonly segments: StoredSegments;
}

export interface CheckpointRow extends NamespaceKey {
  readonly kind: "checkpoint";
  readonly checkpointId: string;
  readonly parentId: string | null;
  /** In the read: a union has no order of its own. */
  readonly position: number;
  /** JSON, without the values of channels. */
  readonly checkpoint: string;
  readonly metadata: string;
}

export interface BlobRow extends BlobKey, StoredData {
  readonly kind: "blob";
  /** Which put stored it; undefined where that is not known. */
  readonly putId: string | undefined;
}

/** A blob of which the reader has said that it holds it, and that is stored as it says. */
export interface KnownRow extends BlobKey {
  readonly kind: "known";
}

/** Bytes that values share. */
export interface PartRow extends Segment {
  readonly kind: "part";
  readonly threadId: string;
  readonly data: string | Uint8Array;
}

export interface StoredWrite extends WriteKey {
  readonly type: string;
  readonly data: string | Uint8Array;
  readonly taskPath: string;
}

export interface WriteRow extends StoredWrite {
  readonly kind: "write";
}

/** A write of the parent of a checkpoint older than format 4, which takes its pending sends from there. */
export interface SendRow extends Omit<StoredWrite, "checkpointId"> {
  readonly kind: "send";
  /** The checkpoint, not its parent. */
  readonly receiverId: string;
}

/** What belongs to some checkpoints. */
export type TupleRow = CheckpointRow | BlobRow | KnownRow | PartRow | WriteRow | SendRow;

/** A channel's stored value at an ancestor. */
export interface SeedRow extends BlobKey, StoredData {
  readonly kind: "seed";
  readonly checkpointId: string;
}

/** A write to an ancestor. */
export interface AncestorWriteRow extends StoredWrite {
  readonly kind: "write";
  /** How many steps above the target the ancestor is. */
  readonly depth: number;
}

/** What belongs to the history of delta channels. */
export type DeltaRow = SeedRow | PartRow | AncestorWriteRow;

export interface CheckedBlobRow extends BlobKey, StoredData {
  readonly kind: "blob";
  /** In the page. */
  readonly position: number;
}

export interface CheckedWriteRow extends WriteKey, StoredData {
  readonly kind: "write";
}

/** What is read to find out whether it can be read. */
export type CheckedRow = CheckedBlobRow | CheckedWriteRow | PartRow;

export function ofKind<Row extends { readonly kind: string }, Kind extends Row["kind"]>(
  rows: readonly Row[],
  kind: Kind,
): Extract<Row, { readonly kind: Kind }>[] {
  return rows.filter((row) => row.kind === kind) as Extract<Row, { readonly kind: Kind }>[];
}
