import { BINARY } from "./binary.ts";
import { LOOKALIKES } from "./lookalikes.ts";
import { LANGGRAPH, MESSAGES } from "./messages.ts";
import type { Sample } from "./sample.ts";
import { BUILTINS, NUMBERS, PLAIN } from "./values.ts";

export { BINARY } from "./binary.ts";
export { LOOKALIKES } from "./lookalikes.ts";
export { LANGGRAPH, MESSAGES } from "./messages.ts";
export { POSITIONS } from "./positions.ts";
export type { Sample } from "./sample.ts";
export { BUILTINS, NUMBERS, PLAIN } from "./values.ts";

export const SAMPLES: readonly Sample[] = [
  ...PLAIN,
  ...NUMBERS,
  ...BUILTINS,
  ...BINARY,
  ...LOOKALIKES,
  ...MESSAGES,
  ...LANGGRAPH,
];
