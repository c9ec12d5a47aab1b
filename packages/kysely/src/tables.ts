/**
 * The types of the tables, for queries of your own: `Kysely<WaypostDatabase & YourDatabase>`. Only read
 * them; write through the saver. In another schema than `public`, use `db.withSchema(…)`.
 */
export interface WaypostDatabase {
  checkpoints: {
    thread_id: string;
    checkpoint_ns: string;
    checkpoint_id: string;
    parent_checkpoint_id: string | null;
    type: string | null;
    /** The checkpoint without its values, parsed from `jsonb`. */
    checkpoint: { v: number; id: string; ts: string; channel_versions: Record<string, unknown> };
    metadata: Record<string, unknown>;
  };
  checkpoint_blobs: {
    thread_id: string;
    checkpoint_ns: string;
    channel: string;
    version: string;
    type: string;
    /** The value; with `segments`, only its last bytes. Null for a channel without a value. */
    blob: Uint8Array | null;
    segments: string[] | null;
    put_id: string | null;
  };
  waypost_parts: {
    thread_id: string;
    position: string;
    bytes: Uint8Array;
  };
  checkpoint_writes: {
    thread_id: string;
    checkpoint_ns: string;
    checkpoint_id: string;
    task_id: string;
    idx: number;
    channel: string;
    type: string | null;
    blob: Uint8Array;
    task_path: string;
  };
}
