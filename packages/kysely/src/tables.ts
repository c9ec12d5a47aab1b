/**
 * The types of the tables, for queries of your own: `Kysely<WaypostDatabase & YourDatabase>`. Only read
 * them; write through the saver. In another schema than `public`, use `db.withSchema(…)`.
 */
export interface WaypostDatabase {
  /** One row for each checkpoint. */
  checkpoints: {
    /** The thread. */
    thread_id: string;
    /** The namespace; `""` for the root graph. */
    checkpoint_ns: string;
    /** The checkpoint: a UUID of version 6, so that ids sort by time. */
    checkpoint_id: string;
    /** The checkpoint before it; null for the first of a thread. */
    parent_checkpoint_id: string | null;
    /** Not used by Waypost; null. */
    type: string | null;
    /** The checkpoint without its values, parsed from `jsonb`. */
    checkpoint: {
      /** Checkpoint format, a number from 1. */
      v: number;
      /** The same as `checkpoint_id`. */
      id: string;
      /** When it was made, in ISO 8601. */
      ts: string;
      /** The version of each channel, as in `checkpoint_blobs`. */
      channel_versions: Record<string, unknown>;
    };
    /** The metadata, parsed from `jsonb`. */
    metadata: Record<string, unknown>;
  };
  /** One row for each version of a channel. */
  checkpoint_blobs: {
    /** The thread. */
    thread_id: string;
    /** The namespace; `""` for the root graph. */
    checkpoint_ns: string;
    /** The channel. */
    channel: string;
    /** The version, as in `channel_versions` of a checkpoint. */
    version: string;
    /** How the value is encoded, e.g. `json`; `empty` for a channel without a value. */
    type: string;
    /** The value; with `segments`, only its last bytes. Null for a channel without a value. */
    blob: Uint8Array | null;
    /** Ranges of the value's bytes in `waypost_parts`, as decimal numbers; null where `blob` has all. */
    segments: string[] | null;
    /** Which `put` stored it, as a decimal number; null where another saver did. */
    put_id: string | null;
  };
  /** Bytes that versions of values share. */
  waypost_parts: {
    /** The thread. */
    thread_id: string;
    /** Where the bytes begin among those of the thread: an offset in bytes, as a decimal number. */
    position: string;
    /** The bytes. */
    bytes: Uint8Array;
  };
  /** One row for each pending write of a task. */
  checkpoint_writes: {
    /** The thread. */
    thread_id: string;
    /** The namespace; `""` for the root graph. */
    checkpoint_ns: string;
    /** The checkpoint that the task ran on. */
    checkpoint_id: string;
    /** The task. */
    task_id: string;
    /** Position in the task's writes, from 0; negative for errors, interrupts and resumes. */
    idx: number;
    /** The channel. */
    channel: string;
    /** How the value is encoded, e.g. `json`. */
    type: string | null;
    /** The value. */
    blob: Uint8Array;
    /** Position of the task in its superstep; `""` where it is not known. */
    task_path: string;
  };
}
