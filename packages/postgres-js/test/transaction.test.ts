import { suite } from "@waypost/testing";
import { inTransaction } from "./modes.ts";

suite(inTransaction);
