import { conformance } from "@waypost/conformance";
import { clientMode } from "./modes.ts";

conformance(clientMode("postgres.js, max: 1", { max: 1 }));
