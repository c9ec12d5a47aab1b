/** `npm run differential -- --seeds 1000`: random graphs and operations, by savers that share tables, against a model. */
import { devPostgres } from "@waypost/dev-postgres";
import { Command, InvalidArgumentError, Option } from "commander";
import { FLEETS } from "./fleets.ts";
import { check, describeFailure } from "./property.ts";

function whole(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number.");
}

const { seeds, from, ...options } = new Command("npm run differential --")
  .option("--seeds <count>", "how many", whole, 100)
  .option("--from <seed>", "the first of them", whole, 1)
  .option("--steps <list>", "of one seed these steps only", (text) => text.split(",").map(whole))
  .addOption(new Option("--fleet <name>", "savers of one kind only").choices(Object.keys(FLEETS)))
  .parse()
  .opts<{ seeds: number; from: number; steps?: number[]; fleet?: string }>();

const postgres = await devPostgres();
const last = options.steps === undefined ? from + seeds - 1 : from;
let failures = 0;
for (const [name, open] of Object.entries(FLEETS)) {
  if (options.fleet !== undefined && options.fleet !== name) continue;
  await using fleet = await open(postgres.url);
  const found = failures;
  for (let seed = from; seed <= last; seed++) {
    const failure = await check(fleet, seed, options.steps);
    if (failure === undefined) continue;
    failures += 1;
    console.error(describeFailure(name, seed, failure));
  }
  console.log(`${name}: seeds ${from} to ${last}, ${failures - found} failures`);
}
await postgres.stop();
process.exit(failures === 0 ? 0 : 1);
