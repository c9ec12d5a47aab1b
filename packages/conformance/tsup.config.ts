import { library } from "../../tsup.base.ts";

// vitest has no CommonJS build.
export default library({ format: ["esm"] });
