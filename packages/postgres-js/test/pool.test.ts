import { suite } from "@waypost/testing";
import { clientMode } from "./modes.ts";

suite(clientMode("postgres.js"), "driver");
