import type { Session } from "@waypost/conformance";
import type { SaverOptions } from "@waypost/core";
import { type DRIVERS, KINDS } from "@waypost/testing/kinds";

/** A driver in a way that applications use, by name. */
export type DriverName = (typeof DRIVERS)[number];

/** A saver on connections of its own, which tests break. */
export async function openAdapter(
  driver: DriverName,
  url: string,
  options: SaverOptions,
  silenceMs?: number,
): Promise<Session> {
  const { saver, close } = await KINDS[driver].connect(url, { unreliable: true, silenceMs });
  return { saver: saver(options), close };
}
