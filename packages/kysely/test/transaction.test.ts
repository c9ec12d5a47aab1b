import { conformance } from "@waypost/conformance";
import { inTransaction, overPg, overPostgresJs } from "./modes.ts";

conformance(inTransaction("Kysely over pg, in a transaction", overPg));
conformance(inTransaction("Kysely over postgres.js, in a transaction", overPostgresJs));
