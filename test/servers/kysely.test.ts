import { MODES } from "@waypost/testing";
import { onSystemPostgres } from "./system-postgres.ts";

onSystemPostgres(MODES.kyselyPg);
