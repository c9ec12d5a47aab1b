import { suite } from "@waypost/testing";
import { inTransaction, overPg, overPostgresJs } from "./modes.ts";

suite(inTransaction("Kysely over pg, in a transaction", overPg));
suite(inTransaction("Kysely over postgres.js, in a transaction", overPostgresJs));
