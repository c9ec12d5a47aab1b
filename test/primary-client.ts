import pg from "pg";

export interface Host {
  readonly host: string;
  readonly port: number;
}

/**
 * A `Client` for pools of pg, which itself knows one host only: each connection goes to the host that was
 * the primary last, and where that is not reached or not the primary, the next goes to another.
 */
export function primaryClient(hosts: readonly Host[]): new () => pg.ClientBase {
  let current = 0;
  return class PrimaryClient extends pg.Client {
    readonly #host: number;

    constructor(config?: pg.ClientConfig) {
      const host = current;
      super({ ...config, ...hosts[host % hosts.length] });
      this.#host = host;
    }

    // The pool calls it with a callback.
    override connect(callback?: unknown): Promise<never> {
      const done = callback as (error: Error | null) => void;
      super
        .connect()
        .then(() => this.#assertPrimary())
        .then(
          () => done(null),
          (error: Error) => {
            if (current === this.#host) current += 1;
            this.end();
            done(error);
          },
        );
      return undefined as never;
    }

    async #assertPrimary(): Promise<void> {
      const { rows } = await this.query("SHOW transaction_read_only");
      if (rows[0].transaction_read_only === "off") return;
      // With this code a saver tries again.
      throw Object.assign(new Error("This server is read-only."), { code: "25006" });
    }
  };
}
