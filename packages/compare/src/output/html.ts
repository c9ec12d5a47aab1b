import { existsSync, readFileSync } from "node:fs";
import type { Report } from "../report.ts";

const read = (path: string): string => {
  const url = new URL(`../../${path}`, import.meta.url);
  if (!existsSync(url)) throw new Error(`${path} is missing; run \`npm run build\` first.`);
  return readFileSync(url, "utf8");
};

/** A report with charts in one file, which needs no network. */
export function htmlReport(report: Report): string {
  // Neither may end its element early.
  const data = JSON.stringify(report).replaceAll("<", "\\u003c");
  const script = read("dist/report.global.js").replaceAll("</script", "<\\/script");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Postgres checkpointers for LangGraph.js, compared</title>
<style>${read("client/style.css")}</style>
</head>
<body>
<script type="application/json" id="report">${data}</script>
<script>${script}</script>
</body>
</html>
`;
}
