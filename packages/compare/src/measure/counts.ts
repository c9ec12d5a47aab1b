import { CountingProxy } from "@waypost/conformance/wire";
import type { Counts } from "../report.ts";
import { GaveUp, type Meter } from "../scenarios/scenario.ts";
import type { Staged } from "./stage.ts";

/** An operation that takes longer, in milliseconds, is not run beforehand just to be warm. */
const SLOW_MS = 1000;

const unmetered: Meter = async (work) => {
  await work();
  return 0;
};

/**
 * What one operation sends and receives, seen by a proxy apart from the rounds that are timed.
 *
 * @param url the server, directly
 * @param medianMs how long it takes
 * @param operations how many there are in one sample
 * @returns undefined if the subject gave up
 */
export async function countTraffic(
  staged: Staged,
  url: string,
  medianMs: number,
  operations: number,
): Promise<Counts | undefined> {
  const proxy = await CountingProxy.to(url);
  let counts: Counts | undefined;
  try {
    await staged.withOperation(proxy.url, async (operation, { saver }) => {
      await saver.getTuple({ configurable: { thread_id: "connects", checkpoint_ns: "" } });
      // Connections are open after the first, and the third statement may be the first that shares.
      const warmUps = medianMs > SLOW_MS ? 0 : 4;
      for (let i = 0; i < warmUps; i++) await operation(unmetered);
      await operation(async (work) => {
        const traffic = await proxy.during(work);
        const each = (total: number) => Math.round((total / operations) * 10) / 10;
        counts = {
          statements: each(traffic.statements),
          // Whoever flushes waits for an answer before going on.
          roundTrips: each(traffic.roundTrips + traffic.flushes),
          bytesSent: Math.round(traffic.bytesSent / operations),
          bytesReceived: Math.round(traffic.bytesReceived / operations),
        };
        return 0;
      });
    });
  } catch (error) {
    if (!(error instanceof GaveUp)) throw error;
    return undefined;
  } finally {
    await proxy.close();
  }
  return counts;
}
