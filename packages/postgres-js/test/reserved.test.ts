import { suite } from "@waypost/testing";
import { reservedMode } from "./modes.ts";

suite(reservedMode);
