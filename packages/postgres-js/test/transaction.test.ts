import { conformance } from "@waypost/conformance";
import { inTransaction } from "./modes.ts";

conformance(inTransaction);
