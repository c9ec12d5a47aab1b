/**
 * Prints the constants of `src/estimate.ts` as a Postgres of its own measures them, and how far off the
 * estimate is with those that stand there. Takes about four minutes.
 */
import { withSchema } from "@waypost/conformance/fixtures";
import { devPostgres } from "@waypost/dev-postgres";
import { PgSaver } from "@waypost/pg";
import { type Cost, estimate, rowsOf } from "../src/estimate.ts";
import { type Chat, converse, type Measured } from "../test/chat.ts";

const TURNS = [1, 3, 10, 30, 100];
const TEXTS = [100, 400, 1000, 4000, 20_000];
/** More threads where they are short: the last page of each table is half empty. */
const threadsFor = (turns: number) => Math.max(20, Math.min(200, Math.round(1500 / turns)));

type Run = Chat & Measured;

async function run(chat: Chat): Promise<Run> {
  return withSchema(async (schema) => {
    await using saver = PgSaver.fromConnString(server.url, { schema });
    await saver.setup();
    return { ...chat, ...(await converse(saver, schema, chat)) };
  });
}

/** The constants with the least square of the relative error. */
function fit(runs: readonly Run[], measured: (run: Run) => number): Cost {
  const rows = runs.map((one) => {
    const bytes = measured(one) / one.threads;
    return [one.turns, one.turns * one.textBytes, 1, one.textBytes].map((x) => x / bytes);
  });
  const sum = (f: (row: number[]) => number) => rows.reduce((total, row) => total + f(row), 0);
  const index = [0, 1, 2, 3];
  const at = (row: readonly number[], i: number) => row[i] as number;
  const equations = index.map((i) => [
    ...index.map((j) => sum((row) => at(row, i) * at(row, j))),
    sum((row) => at(row, i)),
  ]);
  for (const i of index) {
    const pivot = equations[i] as number[];
    for (const j of index.filter((other) => other !== i)) {
      const factor = at(equations[j] as number[], i) / at(pivot, i);
      equations[j] = (equations[j] as number[]).map((x, n) => x - factor * at(pivot, n));
    }
  }
  const [turn = 0, turnText = 0, thread = 0, threadText = 0] = equations.map(
    (row, i) => at(row, 4) / at(row, i),
  );
  return { turn, turnText, thread, threadText };
}

const off = (estimated: number, measured: number): string =>
  `${((estimated / measured - 1) * 100).toFixed(0)} %`;

await using server = await devPostgres({ own: true });
process.env.DATABASE_URL = server.url;
const runs: Run[] = [];
for (const turns of TURNS) {
  for (const textBytes of TEXTS) {
    runs.push(await run({ threads: threadsFor(turns), turns, textBytes }));
  }
}
console.log(
  "disk",
  fit(runs, ({ bytes }) => bytes),
);
console.log(
  "log",
  fit(runs, ({ logBytes }) => logBytes),
);
console.table(
  runs.map(({ threads, turns, textBytes, rows, bytes, logBytes }) => {
    const load = { threadsPerDay: threads, turns, textBytes, days: 1, peak: 1, roundTripMs: 1 };
    const { bytesPerDay, logBytesPerDay } = estimate(load);
    const exact = Object.entries(rowsOf(turns, textBytes)).every(
      ([table, count]) => rows[table] === count * threads,
    );
    return {
      ...{ threads, turns, text: textBytes, "rows exact": exact },
      ...{ "disk a turn": Math.round(bytes / threads / turns), off: off(bytesPerDay, bytes) },
      "log a turn": Math.round(logBytes / threads / turns),
      "log off": off(logBytesPerDay, logBytes),
    };
  }),
);
