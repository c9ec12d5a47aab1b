import { suite } from "@waypost/testing";
import { clientMode } from "./modes.ts";

suite(clientMode("postgres.js, max: 1", { max: 1 }));
