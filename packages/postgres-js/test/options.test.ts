import { conformance } from "@waypost/conformance";
import postgres from "postgres";
import { clientMode } from "./modes.ts";

conformance(
  clientMode("postgres.js, no types fetched, names in camel case", {
    fetch_types: false,
    transform: postgres.camel,
  }),
);
