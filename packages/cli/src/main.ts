import { constants } from "node:os";
import { CommanderError } from "commander";
import { Declined, Unconfirmed } from "./confirm.ts";
import { describeError } from "./errors.ts";
import { program } from "./program.ts";
import { type Global, placeOf } from "./session.ts";

/** Something was found wrong, or could not be done. */
const FAILED = 1;
/** The command itself was wrong, and nothing was done. */
const USAGE = 2;
/** Milliseconds in which work that can stop has to; what is on its way to the server is whole or nothing. */
const STOPS_IN = 1000;

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // The second time at once, whatever is under way.
    if (stopped.signal.aborted) process.exit(128 + constants.signals[signal]);
    process.exitCode = 128 + constants.signals[signal];
    stopped.abort();
    setTimeout(() => process.exit(), STOPS_IN).unref();
  });
}
// A reader that has seen enough, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const waypost = program(stopped.signal);
try {
  await waypost.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : USAGE;
  } else if (!stopped.signal.aborted) {
    process.exitCode = error instanceof Unconfirmed ? USAGE : FAILED;
    const isAnswer = error instanceof Declined || error instanceof Unconfirmed;
    const text = isAnswer
      ? error.message
      : describeError(error, () => placeOf(waypost.opts<Global>()));
    process.stderr.write(`${text}\n`);
  }
}
