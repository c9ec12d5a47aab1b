/**
 * How much is tested. `full`: everything, with `npm run test:full` and for files that are named to vitest.
 * `short`: `npm test`. `quick`: `npm run test:quick`, one driver.
 */
export type Depth = "full" | "short" | "quick";

const DEPTHS: readonly string[] = ["full", "short", "quick"] satisfies Depth[];

function depthOf(value = "full"): Depth {
  if (DEPTHS.includes(value)) return value as Depth;
  throw new Error(`WAYPOST_TEST must be one of ${DEPTHS.join(", ")}; unset, it is full.`);
}

/** The only place that reads `WAYPOST_TEST`. */
export const DEPTH: Depth = depthOf(process.env.WAYPOST_TEST);
