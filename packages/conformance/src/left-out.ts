import { describe, it } from "vitest";
import type { Mode } from "./mode.ts";

type Case = (name: string, work: () => Promise<void>) => void;

/** Registers a case, or leaves it out where it can't be, for a reason that stands in its name. */
export const itUnless = (unable: boolean | undefined, reason: string): Case =>
  unable ? (name) => it.skip(`${name} (${reason})`, () => {}) : it;

/** The same of a group of cases. */
export const describeUnless = (
  unable: boolean | undefined,
  reason: string,
  name: string,
  work: () => void,
): void => {
  if (unable) describe.skip(`${name} (${reason})`, work);
  else describe(name, work);
};

const OFFICIAL = "Citus can't plan the official saver's read";

/** For cases in which the official saver reads. */
export const itWithOfficial = (mode: Mode): Case => itUnless(mode.distributed, OFFICIAL);

/** The same of a group of cases. */
export const describeWithOfficial = (mode: Mode, name: string, work: () => void): void =>
  describeUnless(mode.distributed, OFFICIAL, name, work);
