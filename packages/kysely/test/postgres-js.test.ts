import { suite } from "@waypost/testing";
import { kyselyMode, overPostgresJs } from "./modes.ts";

suite(kyselyMode("Kysely over postgres.js", overPostgresJs));
