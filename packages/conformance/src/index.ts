import { groupsOf, type Scope } from "./groups.ts";
import type { Mode } from "./mode.ts";

export type { Scope } from "./groups.ts";
export {
  type Mode,
  type OpenTransaction,
  type Saver,
  type Session,
  saverOrEnd,
  transactionMode,
} from "./mode.ts";

/**
 * Registers the suite for one mode of a driver with vitest. It runs on the server of `DATABASE_URL`, as a
 * superuser, in schemas of its own; `mode.embedded` needs no server.
 *
 * @param scope how much of it, by default all; an adapter runs all of it in at least one mode
 * @throws if vitest's option `globals` is not set, which LangGraph's validation suite needs
 */
export function conformance(mode: Mode, scope: Scope = "all"): void {
  if (!("describe" in globalThis)) {
    throw new Error(
      "Set `globals: true` in the part `test` of vitest's configuration. LangGraph's validation suite takes describe, it and expect from the global scope.",
    );
  }
  for (const group of groupsOf(mode, scope)) group(mode);
}
