import type {
  PostgresJsReserved,
  PostgresJsSql,
  PostgresJsTransaction,
} from "@waypost/postgres-js";
import type postgres from "postgres";
import { expectTypeOf, it } from "vitest";

it("takes the real library's types for its slices of them", () => {
  expectTypeOf<postgres.Sql>().toExtend<PostgresJsSql>();
  expectTypeOf<postgres.ReservedSql>().toExtend<PostgresJsReserved>();
  expectTypeOf<postgres.TransactionSql>().toExtend<PostgresJsTransaction>();
});
