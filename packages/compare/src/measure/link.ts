import { once } from "node:events";
import { Worker } from "node:worker_threads";
import pg from "pg";
import { median } from "./statistics.ts";

/** A way to the server that is slower than the direct one. */
export interface Link extends AsyncDisposable {
  /** Milliseconds added to each round trip, half of them in each direction. */
  readonly addedMs: number;
  /** What a round trip really takes more than on the direct way, in milliseconds; median. */
  readonly measuredMs: number;
  readonly url: string;
}

/** @param addedMs 0 for the direct way */
export async function openLink(url: string, addedMs: number): Promise<Link> {
  if (addedMs === 0) return { addedMs, measuredMs: 0, url, [Symbol.asyncDispose]: async () => {} };
  const target = new URL(url);
  // A thread of its own: its waiting must not take time from the drivers.
  const worker = new Worker(new URL("./link-worker.ts", import.meta.url), {
    workerData: { host: target.hostname, port: Number(target.port || 5432), delayMs: addedMs / 2 },
  });
  const [port] = await once(worker, "message");
  const slow = new URL(url);
  slow.hostname = "127.0.0.1";
  slow.port = String(port);
  const measuredMs = (await roundTrip(slow.href)) - (await roundTrip(url));
  const close = async () => {
    await worker.terminate();
  };
  return { addedMs, measuredMs, url: slow.href, [Symbol.asyncDispose]: close };
}

const ROUND_TRIPS = 200;

/** Median of milliseconds from a question to its answer. */
async function roundTrip(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const times: number[] = [];
    for (let i = 0; i < ROUND_TRIPS; i++) {
      const start = performance.now();
      await client.query("SELECT 1");
      times.push(performance.now() - start);
    }
    return median(times);
  } finally {
    await client.end();
  }
}
