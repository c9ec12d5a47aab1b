import type { StoreTables } from "../tables.js";
import { officialTables } from "./001-official-tables.js";
import { orderAndTtl } from "./002-order-and-ttl.js";

/** In order; the position, from 1, is the version. Each is idempotent, and never changed once released. */
export const MIGRATIONS: readonly ((tables: StoreTables, schema: string) => readonly string[])[] = [
  officialTables,
  orderAndTtl,
];
