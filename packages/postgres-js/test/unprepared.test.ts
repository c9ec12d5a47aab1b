import { conformance } from "@waypost/conformance";
import { clientMode } from "./modes.ts";

conformance(clientMode("postgres.js, prepare: false", { prepare: false }));
