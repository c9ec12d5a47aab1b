import type { TABLES } from "@waypost/core/adapter";
import type { KyselyDatabase, WaypostDatabase } from "@waypost/kysely";
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

/** What drivers make of a type's values; of JSON any object. */
interface Values {
  text: string;
  integer: number;
  bigint: string;
  "bigint[]": string[];
  jsonb: object;
  bytea: Uint8Array;
  "timestamp with time zone": Date;
}

type Columns<Described> = {
  -readonly [Name in keyof Described]: Described[Name] extends {
    type: infer Type extends keyof Values;
    nullable: infer Nullable;
  }
    ? Values[Type] | (Nullable extends true ? null : never)
    : never;
};

type Described = (typeof TABLES)[keyof typeof TABLES];
type Content = Extract<Described, { content: true }>;

/** What is known of a column's JSON is left aside. */
type WithoutJson<Row> = {
  [Name in keyof Row]: Name extends "checkpoint" | "metadata"
    ? object & (Row[Name] extends object ? unknown : never)
    : Row[Name];
};

it("types the tables of threads as they are described", () => {
  type Typed = { [Name in keyof WaypostDatabase]: WithoutJson<WaypostDatabase[Name]> };
  type Wanted = { [Table in Content as Table["name"]]: Columns<Table["columns"]> };
  expectTypeOf<Typed>().toEqualTypeOf<Wanted>();
});
