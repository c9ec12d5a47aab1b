import { poolMode } from "../../packages/pg/test/modes.ts";
import { onSystemPostgres } from "./system-postgres.ts";

onSystemPostgres(poolMode);
