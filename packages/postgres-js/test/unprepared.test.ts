import { suite } from "@waypost/testing";
import { clientMode } from "./modes.ts";

suite(clientMode("postgres.js, prepare: false", { prepare: false }));
