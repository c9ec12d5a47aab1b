import { basicCases } from "./cases/basics.ts";
import { batchCases } from "./cases/batches.ts";
import { countCases } from "./cases/counts.ts";
import { filterCases } from "./cases/filters.ts";
import { namespaceCases } from "./cases/namespaces.ts";
import { propertyCases } from "./cases/property.ts";
import { transactionCases } from "./cases/transactions.ts";
import { ttlCases } from "./cases/ttl.ts";
import { valueCases } from "./cases/values.ts";
import type { StoreMode } from "./mode.ts";

/** Registers what every store must do for a mode of a driver. */
export function storeSuite(mode: StoreMode): void {
  basicCases(mode);
  batchCases(mode);
  filterCases(mode);
  namespaceCases(mode);
  valueCases(mode);
  ttlCases(mode);
  transactionCases(mode);
  propertyCases(mode);
  if (!mode.embedded) countCases(mode);
}
