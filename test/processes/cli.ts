/** `npm run processes -- --minutes 60`: processes on the same threads, which are killed, as are their connections and the server. */
import { ControlledPostgres } from "@waypost/dev-postgres";
import { Command, InvalidArgumentError } from "commander";
import { Round } from "./round.ts";

function above0(text: string): number {
  const number = Number(text);
  if (number > 0) return number;
  throw new InvalidArgumentError("It must be a number above 0.");
}

const { minutes, seed } = new Command("npm run processes --")
  .option("--minutes <count>", "how long", above0, 10)
  .option("--seed <number>", "of the first round", above0, 1)
  .parse()
  .opts<{ minutes: number; seed: number }>();

const ROUND_MS = 30_000;
const end = performance.now() + minutes * 60_000;
let findings = 0;
for (let i = 0; performance.now() < end; i++) {
  await using server = await ControlledPostgres.create();
  // Every second round nothing is killed: then no error is expected, either.
  const rough = i % 2 === 0;
  const milliseconds = Math.min(ROUND_MS, end - performance.now());
  const options = { url: server.url, seed: seed + i, milliseconds, rough, server };
  const { findings: found, ...counts } = await new Round(options).run();
  findings += found.length;
  console.log({ seed: seed + i, rough, ...counts, findings: found.length });
  for (const finding of found) console.error(finding);
}
process.exit(findings === 0 ? 0 : 1);
