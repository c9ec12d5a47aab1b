import { suite } from "@waypost/testing";
import { CamelCasePlugin } from "kysely";
import { kyselyMode, overPg } from "./modes.ts";

suite(kyselyMode("Kysely over pg, names in camel case", overPg, [new CamelCasePlugin()]), "driver");
