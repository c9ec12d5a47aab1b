import { existsSync, readFileSync } from "node:fs";

export interface Asset {
  readonly type: string;
  readonly body: Buffer | string;
}

const SHELL = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>waypost</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body></body>
</html>
`;

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none" stroke="#3b82f6" stroke-width="2"><path d="M5 1v14M5 5h3a3 3 0 0 1 3 3v1"/><circle cx="11" cy="11.5" r="1.5"/></svg>`;

/** The page, which holds nothing of the database; what it runs is built with the package. */
export function assets(): ReadonlyMap<string, Asset> {
  return new Map<string, Asset>([
    ["/", { type: "text/html; charset=utf-8", body: SHELL }],
    ["/icon.svg", { type: "image/svg+xml", body: ICON }],
    ["/page.js", { type: "text/javascript; charset=utf-8", body: built("page.js") }],
    ["/page.css", { type: "text/css; charset=utf-8", body: built("page.css") }],
  ]);
}

/** By the package's name: from sources and from what is built the way to it differs. */
function built(name: string): Buffer {
  const url = new URL(`dist/page/${name}`, import.meta.resolve("waypost/package.json"));
  if (!existsSync(url)) throw new Error(`dist/page/${name} is missing; run \`npm run build\`.`);
  return readFileSync(url);
}
