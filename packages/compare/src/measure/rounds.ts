import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { GaveUp, type Meter, type Operation, type Sample } from "../scenarios/scenario.ts";
import { isSettled, summarize } from "./statistics.ts";

/** Something that is measured: an operation of a subject, or of its floor. */
export interface Runner {
  /** Runs so many times, one after the other. */
  run(times: number): Promise<readonly Sample[]>;
}

export type Outcome = { readonly samples: readonly Sample[] } | { readonly gaveUp: string };

/** How long to measure. All times in milliseconds. */
export interface Budget {
  /** For all runners of one case together. */
  readonly caseMs: number;
  /** For one slow runner, which then leaves the rounds. What takes longer than this is measured once. */
  readonly runnerMs: number;
  readonly minRounds: number;
  /** One runner's turn within a round. */
  readonly sliceMs: number;
  /** Operations before the first round, at least so many and so long. */
  readonly warmUps: number;
  readonly warmUpMs: number;
}

const MAX_TIMES = 100;
/** What takes longer is warm after the first time. */
const SLOW_MS = 500;
/** Of the median, to either side. */
const TOLERANCE = 0.02;

const clock: Meter = async (work) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

export const repeating = (operation: Operation): Runner => ({
  async run(times) {
    const samples: Sample[] = [];
    for (let i = 0; i < times; i++) samples.push(await operation(clock));
    return samples;
  },
});

class Contestant {
  readonly samples: Sample[] = [];
  gaveUp: string | undefined;
  readonly #runner: Runner;
  #times = 1;
  #measuredOnce = false;
  #spentMs = 0;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  /** Finds out how often it fits into a slice. */
  async warmUp({ warmUps, warmUpMs, sliceMs, runnerMs }: Budget): Promise<void> {
    const start = performance.now();
    let fastest = Number.POSITIVE_INFINITY;
    for (let runs = 0; runs < warmUps || performance.now() - start < warmUpMs; runs++) {
      const begin = performance.now();
      const samples = await this.#take(1);
      fastest = Math.min(fastest, performance.now() - begin);
      // This was its turn: nobody waits for another.
      if (fastest > runnerMs) {
        this.samples.push(...samples);
        this.#measuredOnce = true;
      }
      if (this.gaveUp !== undefined || fastest > SLOW_MS) break;
    }
    this.#times = Math.min(MAX_TIMES, Math.max(1, Math.floor(sliceMs / fastest)));
  }

  async play(): Promise<void> {
    const start = performance.now();
    this.samples.push(...(await this.#take(this.#times)));
    this.#spentMs += performance.now() - start;
  }

  /** Slow ones leave when their own time is over, for the others still have to be measured often. */
  plays(rounds: number, { minRounds, runnerMs }: Budget): boolean {
    if (this.gaveUp !== undefined || this.#measuredOnce) return false;
    return rounds < minRounds || this.#spentMs < runnerMs;
  }

  get settled(): boolean {
    const [first] = this.samples;
    if (first === undefined) return true;
    return first.every((_, i) =>
      isSettled(summarize(this.samples.map((sample) => sample[i] as number)), TOLERANCE),
    );
  }

  async #take(times: number): Promise<readonly Sample[]> {
    try {
      return await this.#runner.run(times);
    } catch (error) {
      if (!(error instanceof GaveUp)) throw error;
      this.gaveUp = error.message;
      return [];
    }
  }
}

/** V8's own names: young garbage of one must not be collected in the time of the next. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect: (options: { type: "minor" }) => void = runInNewContext("gc");
  return () => collect({ type: "minor" });
}

/**
 * Measures in rounds (A B C, A B C), so that whatever else the machine does meets all alike, until
 * every median is settled or the time is over.
 *
 * @param onRound hears how many rounds are done
 * @returns an outcome for each runner, in their order
 */
export async function measure(
  runners: readonly Runner[],
  budget: Budget,
  onRound: (rounds: number) => void,
): Promise<Outcome[]> {
  const contestants = runners.map((runner) => new Contestant(runner));
  for (const contestant of contestants) await contestant.warmUp(budget);
  const collectGarbage = garbageCollector();
  const end = performance.now() + budget.caseMs;
  for (let rounds = 0; rounds < budget.minRounds || performance.now() < end; rounds++) {
    const playing = contestants.filter((contestant) => contestant.plays(rounds, budget));
    if (playing.length === 0) break;
    for (const contestant of playing) {
      collectGarbage();
      await contestant.play();
    }
    onRound(rounds + 1);
    if (rounds + 1 >= budget.minRounds && playing.every((contestant) => contestant.settled)) break;
  }
  return contestants.map(({ samples, gaveUp }) =>
    gaveUp === undefined ? { samples } : { gaveUp },
  );
}

/** Runs once, for values that do not vary. */
export async function measureOnce(runners: readonly Runner[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const runner of runners) outcomes.push({ samples: await runner.run(1) });
  return outcomes;
}
