import type { Driver } from "../driver/driver.js";
import type { ServerFacts } from "../execution/server-facts.js";
import type { Catalogue } from "../sql/catalogue.js";
import { NOTHING } from "./removed.js";
import { sweepPage, sweepPlan } from "./sweep.js";

/** A page of a hundred threads takes the server some milliseconds. */
const EVERY_MS = 60_000;

/** Deletes threads that nobody writes to any more, a page at a time, in the order of their ids. */
export class IdleThreads {
  readonly #idleMs: number;
  #after: string | null = null;
  #next = 0;

  /** @param idleMs how old the newest checkpoint of an idle thread is, in milliseconds */
  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  /** Whether it is time for the next page; said once. */
  isDue(): boolean {
    const now = performance.now();
    if (now < this.#next) return false;
    this.#next = now + EVERY_MS;
    return true;
  }

  async removeSome(driver: Driver, sql: Catalogue, server: ServerFacts): Promise<void> {
    const olderThan = new Date(Date.now() - this.#idleMs);
    const plan = sweepPlan({ strategy: "delete", olderThan });
    const total = { ...NOTHING, threads: 0, deleted: 0 };
    const { last } = await sweepPage(driver, sql, server, plan, { after: this.#after, total });
    this.#after = last ?? null;
  }
}
