export { DEPTH, type Depth } from "./depth.ts";
export { MODES } from "./modes.ts";
export { type StandsFor, suite } from "./suite.ts";
