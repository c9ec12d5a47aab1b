export { DEPTH, type Depth } from "./depth.ts";
export { type StandsFor, suite } from "./suite.ts";
