import { conformance } from "@waypost/conformance";
import { kyselyMode, overPostgresJs } from "./modes.ts";

conformance(kyselyMode("Kysely over postgres.js", overPostgresJs));
