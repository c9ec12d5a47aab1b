import fc from "fast-check";
import type { Fleet } from "./fleets.ts";
import { Run } from "./run.ts";
import { type Step, step } from "./steps.ts";

/** What went wrong, in as few steps as it takes. */
export interface Failure {
  readonly error: unknown;
  /** Which steps of its seed are needed. */
  readonly chosen: readonly number[];
  readonly steps: readonly Step[];
  /** Each call, and who made it. */
  readonly log: readonly string[];
}

const STEPS = fc.array(step, { minLength: 1, maxLength: 40, size: "max" });

/**
 * Does what the seed says with the savers of a fleet.
 *
 * @param chosen which of its steps; default all
 * @returns undefined where all is as it should be
 */
export async function check(
  fleet: Fleet,
  seed: number,
  chosen?: readonly number[],
): Promise<Failure | undefined> {
  const [steps = []] = fc.sample(STEPS, { seed, numRuns: 1 });
  const attempt = (wanted: readonly number[]) => run(fleet, steps, wanted);
  const failure = await attempt(chosen ?? [...steps.keys()]);
  return failure === undefined || chosen !== undefined ? failure : shrink(failure, attempt);
}

async function run(
  fleet: Fleet,
  steps: readonly Step[],
  chosen: readonly number[],
): Promise<Failure | undefined> {
  await fleet.reset();
  const wanted = steps.filter((_, i) => chosen.includes(i));
  const run = new Run(fleet);
  try {
    await run.compared.switchTo("incremental");
    for (const next of wanted) await run.apply(next);
    await run.finish();
    return undefined;
  } catch (error) {
    return { error, chosen, steps: wanted, log: run.compared.log };
  }
}

/** Leaves out half of the steps, a quarter and so on, until none can be left out any more. */
async function shrink(
  failure: Failure,
  attempt: (chosen: readonly number[]) => Promise<Failure | undefined>,
): Promise<Failure> {
  let least = failure;
  for (let size = least.chosen.length >> 1; size > 0; ) {
    const before = least.chosen.length;
    for (let at = 0; at < least.chosen.length; ) {
      const smaller = await attempt(least.chosen.toSpliced(at, size));
      if (smaller === undefined) at += size;
      else least = smaller;
    }
    if (size > 1 || least.chosen.length === before) size >>= 1;
  }
  return least;
}

/** With the command that does it again. */
export function describeFailure(fleet: string, seed: number, failure: Failure): string {
  const { error, chosen, steps, log } = failure;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `Seed ${seed} fails. Again, with the steps that it takes:
npm run differential -- --fleet "${fleet}" --from ${seed} --steps ${chosen.join(",")}
Steps:
  ${steps.map((it) => fc.stringify(it)).join("\n  ")}
Calls:
  ${log.slice(-30).join("\n  ")}
${text}
`;
}
