import { failureOf } from "../errors/sqlstate.js";
import type { Statement } from "./driver.js";
import { PreparedNames } from "./prepared-names.js";
import { processWide } from "./process-wide.js";

/**
 * Whether statements are prepared: `"auto"`, yes, except in the caller's transaction, until a pooler refuses
 * one; `true`, always, and a refusal is an error; `false`, never.
 */
export type Prepare = "auto" | boolean;

const namesOf = processWide("prepared-names", () => new WeakMap<object, PreparedNames>());

/** Decides which statements of one saver are sent by name. */
export class PreparePolicy {
  #auto: boolean;
  readonly #always: boolean;
  readonly #names: PreparedNames;

  /** @param client what the savers over it have in common is how many statements they prepare */
  constructor(prepare: Prepare = "auto", client: object = {}) {
    this.#names = namesOf.get(client) ?? new PreparedNames();
    namesOf.set(client, this.#names);
    this.#auto = prepare === "auto";
    this.#always = prepare === true;
  }

  /** Told of an error after which a driver has sent the statement again by itself. */
  sentAgain(error: unknown): void {
    if (failureOf(error) === "unprepared") this.#auto = false;
  }

  /**
   * Runs a statement, named where that is wise, and once more unnamed where the name was refused
   * (it has not been executed then). After one refusal nothing is named again.
   *
   * @param inTransaction a refusal would abort the transaction, so `"auto"` does not risk it there
   */
  async run<T>(
    statement: Statement,
    inTransaction: boolean,
    send: (name: string | undefined) => Promise<T>,
  ): Promise<T> {
    const wanted = statement.name !== "" && (this.#always || (this.#auto && !inTransaction));
    if (!wanted || !this.#names.admits(statement.name)) return send(undefined);
    try {
      return await send(statement.name);
    } catch (error) {
      if (this.#always || failureOf(error) !== "unprepared") throw error;
      this.#auto = false;
      return send(undefined);
    }
  }
}
