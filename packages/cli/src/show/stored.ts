import type { Serializer } from "@waypost/core";
import type { Session } from "../session.ts";
import type { Step } from "./history.ts";
import { isJoin, type Stored } from "./next.ts";

/** The row of a channel's value. */
export interface StoredValue extends Stored {
  /** With what it shares with other values. */
  readonly bytes: number;
}

interface Key {
  readonly namespace: string;
  readonly channel: string;
  readonly version: string;
}

interface Row extends Key {
  readonly type: string;
  readonly bytes: number;
  readonly data: Buffer | null;
}

/** More has none but a damaged value, whose size can't be told; to look into a large array takes long. */
const MOST_POSITIONS = 512;

/** Rows of channels' values, by namespace, channel and version. */
export class StoredValues {
  readonly #rows = new Map<string, StoredValue>();

  of(step: Step, channel: string): StoredValue | undefined {
    return this.#rows.get(idOf(keyIn(step, channel)));
  }

  /** Reads the rows of channels at checkpoints: what they are and how large, but for few not what they hold. */
  async read(
    session: Session,
    threadId: string,
    wanted: readonly { readonly step: Step; readonly channels: readonly string[] }[],
  ): Promise<void> {
    const keys = wanted.flatMap(({ step, channels }) =>
      channels.map((channel) => keyIn(step, channel)),
    );
    if (keys.length === 0) return;
    const rows = await session.rows<Row>(
      `SELECT b.checkpoint_ns AS namespace, b.channel, b.version, b.type,
         (coalesce(octet_length(blob), 0) + coalesce((
           SELECT sum(segments[i + 1]::float8 - segments[i]::float8)
           FROM generate_series(1, least(cardinality(segments), ${MOST_POSITIONS}), 2) i
         ), 0))::float8 AS bytes,
         CASE WHEN b.channel LIKE 'join:%' AND segments IS NULL THEN blob END AS data
       FROM unnest($2::text[], $3::text[], $4::text[]) AS k(namespace, channel, version)
       JOIN ${session.table("checkpoint_blobs")} b ON b.thread_id = $1
         AND b.checkpoint_ns = k.namespace AND b.channel = k.channel AND b.version = k.version`,
      [
        threadId,
        ...(["namespace", "channel", "version"] as const).map((of) => keys.map((key) => key[of])),
      ],
    );
    for (const row of rows) {
      const { type, bytes } = row;
      const arrived = await arrivedAt(row, session.saver.serde as Serializer, threadId);
      this.#rows.set(idOf(row), { isEmpty: type === "empty", bytes, arrived });
    }
  }
}

async function arrivedAt(
  { namespace: checkpointNs, channel, version, type, data }: Row,
  serde: Serializer,
  threadId: string,
): Promise<readonly string[] | undefined> {
  if (!isJoin(channel) || data === null || type === "empty") return undefined;
  const place = { kind: "value", threadId, checkpointNs, channel, version } as const;
  const value = await serde.loadsTyped(type, data, place);
  return Array.isArray(value) ? value.map(String) : undefined;
}

const keyIn = ({ namespace, versions }: Step, channel: string): Key => ({
  namespace,
  channel,
  version: String(versions[channel]),
});

const idOf = ({ namespace, channel, version }: Key): string =>
  JSON.stringify([namespace, channel, version]);
