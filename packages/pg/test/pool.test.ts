import { suite } from "@waypost/testing";
import { poolMode } from "./modes.ts";

suite(poolMode, "all");
