import { MODES, suite } from "@waypost/testing";

suite(MODES.postgresJsUnprepared);
