import { processWide } from "@waypost/core/adapter";

import type { PostgresJsSql } from "./client.js";

const placesOf = processWide("places", () => new WeakMap<object, Places>());

/**
 * As many operations at once as a client has connections. More than that postgres.js sends behind others
 * that wait for their answers, where nothing can be taken back any more.
 */
export class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  private constructor(count: number) {
    this.#free = count;
  }

  /** The places of a client, for all savers over it. */
  static of(sql: PostgresJsSql): Places {
    const places = placesOf.get(sql) ?? new Places(sql.options.max);
    placesOf.set(sql, places);
    return places;
  }

  /** @returns what gives the place back */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return () => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    };
  }
}
