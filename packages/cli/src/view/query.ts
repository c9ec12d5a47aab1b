import type { StepKey } from "./api.ts";
import { BadRequest } from "./errors.ts";

/** What a request asks for: its parameters, checked. */
export class Query {
  readonly #parameters: URLSearchParams;

  constructor(parameters: URLSearchParams) {
    this.#parameters = parameters;
  }

  text(name: string): string {
    const value = this.#parameters.get(name);
    if (value === null) throw new BadRequest(`The parameter "${name}" is missing.`);
    return value;
  }

  optional(name: string): string | undefined {
    return this.#parameters.get(name) || undefined;
  }

  all(name: string, most: number): string[] {
    const values = this.#parameters.getAll(name);
    if (values.length > most)
      throw new BadRequest(`At most ${most} of "${name}" can be asked for.`);
    return values;
  }

  /** A position or a number of items, 0 or more. */
  count(name: string, otherwise: number): number {
    const value = this.optional(name);
    if (value === undefined) return otherwise;
    if (!/^\d{1,9}$/.test(value)) throw new BadRequest(`"${name}" must be a whole number.`);
    return Number(value);
  }

  /** Positions from the outermost value inwards: `0.3.1`. */
  path(name: string): number[] {
    const value = this.optional(name);
    if (value === undefined) return [];
    if (!/^\d{1,9}(\.\d{1,9})*$/.test(value)) throw new BadRequest(`"${name}" is no path.`);
    return value.split(".").map(Number);
  }

  step(): StepKey {
    return { namespace: this.optional("namespace") ?? "", id: this.text("id") };
  }
}
