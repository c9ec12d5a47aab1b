import type { PgClient, PgPool, PgPoolClient } from "@waypost/pg";
import type pg from "pg";
import { expectTypeOf, it } from "vitest";

it("takes the real library's classes for its slices of them", () => {
  expectTypeOf<pg.Pool>().toExtend<PgPool>();
  expectTypeOf<pg.PoolClient>().toExtend<PgPoolClient>();
  expectTypeOf<pg.Client>().toExtend<PgClient>();
});
