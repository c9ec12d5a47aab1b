import { conformance } from "@waypost/conformance";
import { reservedMode } from "./modes.ts";

conformance(reservedMode);
