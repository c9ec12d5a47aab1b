import { setTimeout as wait } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import type { FaultProxy, Reset } from "./proxy.ts";

const forAWhile = async (proxy: FaultProxy, ms: number): Promise<void> => {
  await wait(ms);
  proxy.mend();
};

const RESETS: readonly Reset[] = [
  { way: "question", half: false },
  { way: "question", half: true },
  { way: "answer", half: false },
  { way: "answer", half: true },
];

/** The network between savers and server fails. */
export const NETWORK: readonly Fault[] = [
  {
    name: "network cut",
    async strike({ proxy }) {
      proxy.cut();
      await forAWhile(proxy, 200);
    },
  },
  {
    name: "network stalled",
    async strike({ proxy }) {
      proxy.stall();
      await forAWhile(proxy, 500);
    },
  },
  {
    name: "reset in a statement or its answer",
    async strike({ proxy }) {
      proxy.reset(...RESETS, ...RESETS, ...RESETS);
      await forAWhile(proxy, 300);
    },
  },
  {
    name: "connections silent for ever",
    timeoutMs: 1000,
    silenceMs: 500,
    errors: ["WAYPOST_TIMEOUT"],
    async strike({ proxy }) {
      proxy.forget();
      await wait(700);
    },
  },
];
