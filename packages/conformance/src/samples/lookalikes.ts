import { HumanMessage } from "@langchain/core/messages";
import type { Sample } from "./sample.ts";

export const LOOKALIKES: readonly Sample[] = [
  {
    kind: "object with a key `__proto__`",
    value: JSON.parse('{"__proto__":{"polluted":true},"a":1}'),
  },
  {
    kind: "object with a key `constructor`",
    value: { constructor: { prototype: {} }, toString: 1 },
  },
  { kind: "object that looks like a message", value: new HumanMessage("no").toJSON() },
  {
    kind: "object that looks like a Map",
    value: { lc: 2, type: "constructor", id: ["Map"], args: [[]] },
  },
  { kind: "object that looks like undefined", value: { lc: 2, type: "undefined" } },
  { kind: "object that looks like a secret", value: { lc: 1, type: "secret", id: ["PATH"] } },
  {
    kind: "object that looks like a record of Waypost's",
    value: { lc: 2, type: "waypost/date", value: 0 },
  },
  { kind: "object that looks escaped", value: { __lc_escaped__: { lc: 1 } } },
  { kind: "object with a key `lc` of its own", value: { lc: "mine", type: "constructor" } },
];
