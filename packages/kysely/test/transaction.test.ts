import { MODES, suite } from "@waypost/testing";

suite(MODES.kyselyPgTransaction);
suite(MODES.kyselyPostgresJsTransaction);
