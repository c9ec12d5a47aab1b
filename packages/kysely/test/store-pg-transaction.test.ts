import { STORE_MODES, storeSuite } from "@waypost/testing/store";

storeSuite(STORE_MODES.kyselyPgTransaction);
