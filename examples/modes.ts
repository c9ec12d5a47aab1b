import type { Act } from "./agent/src/acts.ts";

/** One process of an example: a file of its folder, and the act that it plays. */
export interface Step {
  readonly file: string;
  readonly act: Act;
}

export interface Mode {
  readonly title: string;
  readonly folder: string;
  readonly steps: readonly Step[];
}

const threeActs = (file = "index.ts"): Step[] => [
  { file, act: "ask" },
  { file, act: "follow-up" },
  { file, act: "fork" },
];

export const MODES: readonly Mode[] = [
  { title: "Single connection", folder: "single-connection", steps: threeActs() },
  {
    title: "Single connection, pipelined",
    folder: "single-connection",
    steps: threeActs("pipelined.ts"),
  },
  { title: "Pool", folder: "pool", steps: threeActs() },
  { title: "Connection string", folder: "connection-string", steps: threeActs() },
  {
    title: "Your transaction",
    folder: "transaction",
    steps: [...threeActs(), { file: "rollback.ts", act: "follow-up" }],
  },
];
