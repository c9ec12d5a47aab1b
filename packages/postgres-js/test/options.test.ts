import { suite } from "@waypost/testing";
import postgres from "postgres";
import { clientMode } from "./modes.ts";

suite(
  clientMode("postgres.js, no types fetched, names in camel case", {
    fetch_types: false,
    transform: postgres.camel,
  }),
);
