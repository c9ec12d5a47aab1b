import type { Mode } from "../mode.ts";
export function pruneRaceCases(_: Mode): void {}
