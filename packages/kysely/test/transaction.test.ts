import { conformance } from "@waypost/conformance";
import { overPg, transactionMode } from "./modes.ts";

conformance(transactionMode("Kysely in a transaction", overPg));
