import { kyselyMode, overPg } from "../../packages/kysely/test/modes.ts";
import { onSystemPostgres } from "./system-postgres.ts";

onSystemPostgres(kyselyMode("Kysely over pg", overPg));
