import { failureOf } from "../errors/sqlstate.js";
import type { Statement } from "./driver.js";

/** `"auto"`: prepare, until a pooler refuses; `true`: always; `false`: never. */
export type Prepare = "auto" | boolean;

/** Decides which statements of one saver are sent by name. */
export class PreparePolicy {
  #auto: boolean;
  readonly #always: boolean;

  constructor(prepare: Prepare = "auto") {
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
    const named = statement.name !== "" && (this.#always || (this.#auto && !inTransaction));
    if (!named) return send(undefined);
    try {
      return await send(statement.name);
    } catch (error) {
      if (this.#always || failureOf(error) !== "unprepared") throw error;
      this.#auto = false;
      return send(undefined);
    }
  }
}
