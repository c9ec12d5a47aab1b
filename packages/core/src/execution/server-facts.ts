import type { Queryable } from "../driver/driver.js";
import type { Catalogue } from "../sql/catalogue.js";

/** What a saver has learned of its server from the answers of puts, or asks for once. */
export class ServerFacts {
  readonly #sql: Pick<Catalogue, "isDistributed">;
  #distributed: boolean | undefined;

  constructor(sql: Pick<Catalogue, "isDistributed">) {
    this.#sql = sql;
  }

  /**
   * Whether it is one of a Citus cluster, where statements are sent to the nodes that have the threads; false as
   * long as that is not known.
   */
  get isDistributed(): boolean {
    return this.#distributed === true;
  }

  learn(distributed: boolean | undefined): void {
    this.#distributed ??= distributed;
  }

  /** The same for what takes another statement there. */
  async askDistributed(session: Queryable): Promise<boolean> {
    if (this.#distributed === undefined) {
      const [row] = await session.query<{ distributed: boolean }>(this.#sql.isDistributed());
      this.learn(row?.distributed);
    }
    return this.isDistributed;
  }
}
