import { conformance, type Mode, type Scope } from "@waypost/conformance";
import { DEPTH, type Depth } from "./depth.ts";
import { distributed, IS_DISTRIBUTED } from "./distributed.ts";

/**
 * Whom a mode stands for where not all modes run the whole suite: itself only, all modes of its driver, or
 * all modes of all drivers.
 */
export type StandsFor = "itself" | "driver" | "all";

const SCOPES: Readonly<Record<Depth, Readonly<Record<StandsFor, Scope>>>> = {
  full: { itself: "all", driver: "all", all: "all" },
  short: { itself: "connection", driver: "driver", all: "statements" },
  quick: { itself: "connection", driver: "driver", all: "driver" },
};

/** Registers the conformance suite for a mode, as much of it as is asked for. */
export function suite(mode: Mode, standsFor: StandsFor = "itself"): void {
  conformance(IS_DISTRIBUTED ? distributed(mode) : mode, SCOPES[DEPTH][standsFor]);
}
