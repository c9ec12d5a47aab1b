/** `pnpm compare`: measures, shows and writes down. */
import { writeFileSync } from "node:fs";
import { devPostgres } from "@waypost/dev-postgres";
import { readOptions } from "./arguments.ts";
import { Comparison, titleOf } from "./compare.ts";
import { htmlReport } from "./output/html.ts";
import { updatePage } from "./output/markdown.ts";
import { withProgress } from "./output/progress.ts";
import { terminalReport } from "./output/table.ts";
import { plan } from "./plan.ts";

const options = readOptions(process.argv);
const bouts = plan(options);
if (options.against !== undefined) process.env.DATABASE_URL = options.against;

const stopped = new AbortController();
process.once("SIGINT", () => stopped.abort(new Error("stopped")));

await using postgres = await devPostgres({ signal: stopped.signal });
const { url, embedded } = postgres;
await using comparison = new Comparison({ url, embedded, quick: options.quick });

await withProgress(
  bouts.map((bout) => ({
    title: titleOf(bout),
    run: async (onProgress) => {
      await comparison.run(bout, (text) => {
        stopped.signal.throwIfAborted();
        onProgress(text);
      });
    },
  })),
);
const report = await comparison.report();
process.stdout.write(terminalReport(report));
if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
if (options.html) writeFileSync(options.html, htmlReport(report));
if (options.page) updatePage(options.page, report);
