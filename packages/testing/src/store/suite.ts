import { DEPTH } from "../depth.ts";
import type { StandsFor } from "../suite.ts";
import { basicCases } from "./cases/basics.ts";
import { batchCases } from "./cases/batches.ts";
import { countCases } from "./cases/counts.ts";
import { filterCases } from "./cases/filters.ts";
import { namespaceCases } from "./cases/namespaces.ts";
import { propertyCases } from "./cases/property.ts";
import { textCases } from "./cases/text.ts";
import { transactionCases } from "./cases/transactions.ts";
import { ttlCases } from "./cases/ttl.ts";
import { valueCases } from "./cases/values.ts";
import type { StoreMode } from "./mode.ts";

/**
 * Registers what every store must do for a mode of a driver: all of it, or where not everything is tested and the
 * mode stands for itself only, what depends on how it connects.
 */
export function storeSuite(mode: StoreMode, standsFor: StandsFor = "itself"): void {
  basicCases(mode);
  batchCases(mode);
  transactionCases(mode);
  if (!mode.embedded) countCases(mode);
  if (DEPTH !== "full" && standsFor === "itself") return;
  filterCases(mode);
  namespaceCases(mode);
  valueCases(mode);
  ttlCases(mode);
  textCases(mode);
  propertyCases(mode);
}
