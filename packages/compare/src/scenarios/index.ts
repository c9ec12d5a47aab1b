import { appendCases } from "./append.ts";
import { coldStartCases } from "./cold-start.ts";
import { concurrencyCases } from "./concurrency.ts";
import { deltaCases } from "./delta.ts";
import { forkCases } from "./fork.ts";
import { getTupleCases } from "./get-tuple.ts";
import { growthCases } from "./growth.ts";
import { listCases } from "./list.ts";
import { putCases } from "./put.ts";
import { putWritesCases } from "./put-writes.ts";
import type { Case } from "./scenario.ts";
import { storageCases } from "./storage.ts";
import { superstepCases } from "./superstep.ts";
import { turnCases } from "./turn.ts";

/** Scenarios by the name people choose them with; each makes its cases, small ones for a quick run. */
export const SCENARIOS: Readonly<Record<string, (quick: boolean) => Case[]>> = {
  put: putCases,
  putWrites: putWritesCases,
  getTuple: getTupleCases,
  append: appendCases,
  list: listCases,
  delta: deltaCases,
  fork: forkCases,
  growth: growthCases,
  superstep: superstepCases,
  turn: turnCases,
  concurrency: concurrencyCases,
  coldStart: coldStartCases,
  storage: storageCases,
};
