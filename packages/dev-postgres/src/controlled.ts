import type { Settings } from "./cluster.ts";
import type { Started } from "./protocol.ts";
import { supervise } from "./supervise.ts";

export interface ControlledOptions {
  /** Configuration parameters of Postgres, e.g. `{ max_connections: "20" }`; else its own defaults. */
  readonly settings?: Settings;
  /** Gives the server a disk of this size, e.g. for a tablespace. Linux only. */
  readonly diskMegabytes?: number;
}

/**
 * A new, empty Postgres 18 to break: it can be stopped, killed and started again, on the same port
 * and with the same data. It ends with this process, however that ends, and keeps it from ending
 * until it is disposed of.
 */
export class ControlledPostgres implements AsyncDisposable {
  /** `postgresql://…` of a superuser on the server's `postgres` database. */
  readonly url: string;
  /** An empty folder on the disk that was asked for. What is there does not outlast the server's end. */
  readonly disk: string | undefined;
  readonly #supervisor: ReturnType<typeof supervise>;

  private constructor(started: Started, supervisor: ReturnType<typeof supervise>) {
    this.url = started.url;
    this.disk = started.disk;
    this.#supervisor = supervisor;
  }

  /** @throws if the server can't be started; Postgres says why on standard error */
  static async create({
    settings = {},
    diskMegabytes,
  }: ControlledOptions = {}): Promise<ControlledPostgres> {
    const supervisor = supervise({ settings, controlled: true, diskMegabytes });
    const started = await supervisor.started;
    if (!started) throw new Error("The server did not start.");
    return new ControlledPostgres(started, supervisor);
  }

  /** A fast shutdown: sessions are ended, transactions rolled back, all data written. */
  async stop(): Promise<void> {
    await this.#supervisor.command("stop");
  }

  /** A crash: its first process is killed (`kill -9`), on which the others end. */
  async kill(): Promise<void> {
    await this.#supervisor.command("kill");
  }

  /**
   * Resolves when it accepts connections again, after a recovery where that is needed.
   *
   * @throws with the server's log if it does not come up
   */
  async start(): Promise<void> {
    await this.#supervisor.command("start");
  }

  /** Stops the server and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#supervisor.stop();
  }
}
