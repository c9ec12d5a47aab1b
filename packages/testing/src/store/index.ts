export { vectorCases } from "./cases/vectors.ts";
export { createStoreTables, type StoreMode, type StoreSession, withStore } from "./mode.ts";
export { STORE_MODES } from "./modes.ts";
export { storeSuite } from "./suite.ts";
