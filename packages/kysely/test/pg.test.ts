import { conformance } from "@waypost/conformance";
import { CamelCasePlugin } from "kysely";
import { kyselyMode, overPg } from "./modes.ts";

conformance(kyselyMode("Kysely over pg, names in camel case", overPg, [new CamelCasePlugin()]));
