import type { KyselyDatabase } from "@waypost/kysely";
import type { ControlledTransaction, Kysely, Transaction } from "kysely";
import { expectTypeOf, it } from "vitest";

interface Tables {
  orders: { id: number };
}

it("takes the real library's types for its slice of them", () => {
  expectTypeOf<Kysely<Tables>>().toExtend<KyselyDatabase>();
  expectTypeOf<Transaction<Tables>>().toExtend<KyselyDatabase>();
  expectTypeOf<ControlledTransaction<Tables>>().toExtend<KyselyDatabase>();
});
