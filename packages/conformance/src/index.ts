import { officialCases } from "./cases/official.ts";
import type { Mode } from "./mode.ts";

export type { Mode, Session } from "./mode.ts";

/** Registers the whole suite for one mode of a driver with vitest. */
export function conformance(mode: Mode): void {
  officialCases(mode);
}
