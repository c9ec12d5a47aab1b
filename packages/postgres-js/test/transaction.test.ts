import { conformance } from "@waypost/conformance";
import { transactionMode } from "./modes.ts";

conformance(transactionMode);
