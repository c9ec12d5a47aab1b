/** Sweeps again and again, never twice at once. */
export class Sweeper {
  readonly #sweep: () => Promise<unknown>;
  #timer: NodeJS.Timeout | undefined;

  /** @param sweep what it publishes of a failure is all that is heard of it; the next sweep goes on */
  constructor(sweep: () => Promise<unknown>) {
    this.#sweep = sweep;
  }

  /** Begins to sweep after each interval, of which the process does not wait for the end. */
  start(minutes: number): void {
    if (this.#timer !== undefined) return;
    let sweeping = false;
    this.#timer = setInterval(() => {
      if (sweeping) return;
      sweeping = true;
      this.#sweep()
        .catch(() => {})
        .finally(() => {
          sweeping = false;
        });
    }, minutes * 60_000);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
