import { time } from "../output.ts";

/** A moment as all times of the tool, in UTC, and saying so: `2026-11-30 14:02:03Z`. */
export const moment = (ts: string | null): string => (ts === null ? "" : time(ts));
