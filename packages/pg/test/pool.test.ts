import { conformance } from "@waypost/conformance";
import { poolMode } from "./modes.ts";

conformance(poolMode);
