import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { databaseUrl, freshName, putChain, withClient } from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const CLI = join(ROOT, "packages/cli/src/cli.ts");

/** The shell's blocks on a page that call the program. */
function blocks(path: string): string[] {
  const page = readFileSync(join(ROOT, path), "utf8");
  const found = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code]) => code ?? "");
  return found.filter((code) => code.includes("npx waypost"));
}

async function withDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const name = freshName();
  await withClient((client) => client.query(`CREATE DATABASE ${name}`));
  try {
    const url = new URL(databaseUrl());
    url.pathname = `/${name}`;
    return await work(url.href);
  } finally {
    await withClient((client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
  }
}

/** A command that goes on until it is ended: it is, as soon as it has printed its address. */
const ended = (line: string): string =>
  `${line} > view.txt & until grep -q '^http' view.txt; do kill -0 $!; done; kill $!; wait $! || [ $? = 143 ]`;

const DOCUMENTED = [
  "packages/cli/README.md",
  "docs/debugging.md",
  "docs/operations.md",
  "docs/storage.md",
  "docs/scaling.md",
];

it.each(DOCUMENTED)("the commands of %s work as they stand", (path) =>
  withDatabase((url) =>
    withDatabase(async (NEW_DATABASE) => {
      await using saver = PgSaver.fromConnString(url);
      await saver.setup();
      for (const id of ["1", "2", "3"]) await putChain(saver, id, 3, (step) => ({ log: step }));
      const cwd = mkdtempSync(join(tmpdir(), "waypost-docs-"));
      try {
        const env = {
          PATH: process.env.PATH,
          DATABASE_URL: url,
          OLD_DATABASE: url,
          NEW_DATABASE,
        };
        for (const block of blocks(path)) {
          const code = block
            .replaceAll(/^export .*$/gm, "")
            .replaceAll(/^npx waypost view.*$/gm, ended)
            .replaceAll("npx waypost", `'${process.execPath}' '${CLI}'`)
            // What a command before it has deleted is not there for the next.
            .replaceAll("delete 1 ", "delete 2 ");
          await promisify(execFile)("sh", ["-e", "-c", code], { cwd, env });
        }
        expect(blocks(path)).not.toEqual([]);
      } finally {
        rmSync(cwd, { recursive: true });
      }
    }),
  ),
);
