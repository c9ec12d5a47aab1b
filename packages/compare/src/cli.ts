/** `pnpm compare`: measures, shows and writes down. */
import { writeFileSync } from "node:fs";
import { constants } from "node:os";
import { devPostgres } from "@waypost/dev-postgres";
import { type Options, readOptions } from "./arguments.ts";
import { Comparison, titleOf } from "./compare.ts";
import { htmlReport } from "./output/html.ts";
import { markdownReport } from "./output/markdown.ts";
import { withProgress } from "./output/progress.ts";
import { terminalReport } from "./output/table.ts";
import { duration, plan } from "./plan.ts";
import type { Report } from "./report.ts";

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    process.exitCode ??= 128 + constants.signals[signal];
    stopped.abort();
  });
}

async function compare(options: Options): Promise<Report> {
  if (options.against !== undefined) process.env.DATABASE_URL = options.against;
  await using postgres = await devPostgres({ signal: stopped.signal });
  const { url, embedded } = postgres;
  await using comparison = new Comparison({ url, embedded, quick: options.quick });
  const bouts = plan(options);
  console.log(duration(bouts, options.quick));
  await withProgress(
    bouts.map((bout) => ({
      title: titleOf(bout),
      async run(onProgress) {
        await comparison.run(bout, (text) => {
          stopped.signal.throwIfAborted();
          onProgress(text);
        });
      },
    })),
  );
  return comparison.report();
}

try {
  const options = readOptions(process.argv);
  const report = await compare(options);
  process.stdout.write(terminalReport(report));
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.html) writeFileSync(options.html, htmlReport(report));
  if (options.markdown) writeFileSync(options.markdown, markdownReport(report));
} catch (error) {
  if (!stopped.signal.aborted) throw error;
}
