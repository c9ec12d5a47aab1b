import { clientMode } from "../../packages/postgres-js/test/modes.ts";
import { onSystemPostgres } from "./system-postgres.ts";

onSystemPostgres(clientMode("postgres.js"));
