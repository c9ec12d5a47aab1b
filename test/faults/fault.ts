import type { ControlledPostgres } from "@waypost/dev-postgres";
import type { FaultProxy } from "./proxy.ts";

/** What can be broken. */
export interface World {
  readonly server: ControlledPostgres;
  /** The way by which savers reach the server. */
  readonly proxy: FaultProxy;
  /** The schemas with the tables of the savers, one each. */
  readonly schemas: readonly string[];
}

/** Something that goes wrong, any number of times, while graphs run. */
export interface Fault {
  readonly name: string;
  /** Configuration parameters of the savers' sessions, as a role may have them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The `timeout` of the savers, where the usual one is too long. */
  readonly timeoutMs?: number;
  /** After which silent connections are ended, by drivers that the saver's `timeout` does not reach. */
  readonly silenceMs?: number;
  /** Codes of errors that callers may see; by default none, as everything is tried again. */
  readonly errors?: readonly string[];
  /** Breaks something for a moment, and mends it. */
  strike(world: World): Promise<void>;
}
