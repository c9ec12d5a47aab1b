import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect, promisify } from "node:util";
import { databaseUrl, freshName, withClient } from "@waypost/conformance/fixtures";
import { setupScript } from "@waypost/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const execute = promisify(execFile);
const ROOT = fileURLToPath(new URL("../", import.meta.url));
const GUIDES = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`);
const READMES = [
  "README.md",
  "packages/pg/README.md",
  "packages/postgres-js/README.md",
  "packages/kysely/README.md",
];
const EXAMPLES = readdirSync(join(ROOT, "examples"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `examples/${name}/README.md`);
/** What the registry shows, where relative links have no base. */
const PUBLISHED = [
  "packages/pg/README.md",
  "packages/postgres-js/README.md",
  "packages/kysely/README.md",
  "packages/core/README.md",
  "packages/store/README.md",
  "packages/cli/README.md",
  "packages/conformance/README.md",
];
const FOR_MAINTAINERS = ["ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"];
const PAGES = [
  ...READMES,
  ...FOR_MAINTAINERS,
  "packages/core/README.md",
  "packages/store/README.md",
  "packages/cli/README.md",
  "packages/conformance/README.md",
  ...GUIDES,
  ...EXAMPLES,
  "docker/README.md",
];

const page = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** The fenced blocks of one language on a page, and the files that their fences name. */
function namedBlocks(path: string, language: string): { file: string | undefined; code: string }[] {
  const fence = new RegExp(`^\`\`\`${language}(?: ([\\w.-]+))?\\n(.*?)^\`\`\`$`, "gms");
  return [...page(path).matchAll(fence)].map(([, file, code = ""]) => ({ file, code }));
}

function blocks(path: string, language: string): string[] {
  return namedBlocks(path, language).map(({ code }) => code);
}

/** What the readers of a page have after they ran its install line, and the types they may add. */
function installed(): string[] {
  const lines = [...page("README.md").matchAll(/^npm install (.+)$/gm)].map(([, names]) => names);
  if (lines.length === 0) throw new Error("README.md has no install line");
  const names = lines.flatMap((line) => (line ?? "").split(" "));
  const further = [
    "@electric-sql/pglite",
    "@langchain/langgraph-checkpoint-postgres",
    "@langchain/openai",
    "@waypost/core",
    "@waypost/conformance",
    "vitest",
    "langchain",
    "pg-cursor",
    "@hono/node-server",
    "@langchain/langgraph-api",
    "@langchain/langgraph-sdk",
    "@types/pg",
    "@types/pg-cursor",
    "@types/node",
    "zod",
  ];
  return [...new Set([...names, ...further])];
}

/** Where this repository has a package. */
function folderOf(name: string): string {
  const folder = [
    name.replace("@waypost/", "packages/"),
    `packages/conformance/node_modules/${name}`,
    `packages/pg/node_modules/${name}`,
    `packages/postgres-js/node_modules/${name}`,
    `packages/kysely/node_modules/${name}`,
    `packages/compare/node_modules/${name}`,
    `examples/agent/node_modules/${name}`,
    `examples/embed/node_modules/${name}`,
    `node_modules/${name}`,
  ].find((path) => existsSync(join(ROOT, path, "package.json")));
  if (folder === undefined) throw new Error(`${name} is not installed in this repository`);
  return join(ROOT, folder);
}

let project: string;

beforeAll(async () => {
  if (!existsSync(join(ROOT, "packages/pg/dist/index.js"))) {
    throw new Error("The packages are not built; run `npm run build` first.");
  }
  project = await mkdtemp(join(tmpdir(), "waypost-docs-"));
  for (const name of installed()) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    await symlink(folderOf(name), link, "dir");
  }
  await writeFile(join(project, "package.json"), '{ "type": "module" }');
});

afterAll(() => {
  if (project !== undefined) rmSync(project, { recursive: true, force: true });
});

describe("code in the documentation", () => {
  it("passes the type checker against the sources", async () => {
    for (const path of PAGES) {
      // Blocks of a page import each other by the names on their fences.
      const folder = join(project, path.replaceAll("/", "_"));
      mkdirSync(folder);
      for (const [i, { file = `${i}.ts`, code }] of namedBlocks(path, "ts").entries()) {
        await writeFile(join(folder, file), code);
      }
    }
    const config = {
      extends: join(ROOT, "tsconfig.json"),
      compilerOptions: { moduleDetection: "force", noUnusedLocals: false },
      include: ["*/*.ts"],
    };
    await writeFile(join(project, "tsconfig.json"), JSON.stringify(config));
    const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
    const { stdout } = await execute(process.execPath, [compiler, "-p", project]).catch((e) => e);
    expect(stdout).toBe("");
  });

  it.each(READMES)("prints and remembers what the first example of %s says", async (path) => {
    const [example] = blocks(path, "ts");
    const name = freshName();
    const url = new URL(databaseUrl());
    url.pathname = `/${name}`;
    await withClient((client) => client.query(`CREATE DATABASE ${name}`));
    try {
      const file = join(project, `run_${READMES.indexOf(path)}.mts`);
      await writeFile(file, example ?? "");
      const env = { ...process.env, DATABASE_URL: url.href };
      const run = async () => (await execute(process.execPath, [file], { env })).stdout;
      const first = ["hello", "Messages so far: 1", "do you remember me?", "Messages so far: 3"];
      const then = ["hello", "Messages so far: 5", "do you remember me?", "Messages so far: 7"];
      expect(await run()).toBe(`${inspect(first)}\n`);
      expect(await run()).toBe(`${inspect([...first, ...then])}\n`);
    } finally {
      await withClient((client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    }
  });

  it("prints the setup script with the command of docs/schema.md", async () => {
    const command = blocks("docs/schema.md", "sh").find((code) => code.includes("setupScript("));
    const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
    const env = { ...process.env, PATH };
    const { stdout } = await execute("sh", ["-c", command ?? "false"], { cwd: project, env });
    expect(stdout.trim()).toBe(setupScript("agents").trim());
  });
});

/** Where the links of a page lead within the repository. */
function localLinks(path: string): string[] {
  const targets = [...page(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");
  return targets.filter((target) => !/^https?:/.test(target));
}

/** The fragments by which GitHub names the headings of a page. */
function fragments(path: string): string[] {
  const prose = page(path).replaceAll(/^```.*?^```$/gms, "");
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

const CHANGESETS = readdirSync(join(ROOT, ".changeset")).filter(
  (name) => name.endsWith(".md") && name !== "README.md",
);

it("has changesets that can be released", () => {
  const form = /^---\n("[\w@/-]+": (major|minor|patch)\n)+---\n\n\S/;
  expect(CHANGESETS.filter((name) => !form.test(page(`.changeset/${name}`)))).toEqual([]);
});

it.each(PUBLISHED)("%s has no link that needs the repository", (path) => {
  expect(localLinks(path).filter((target) => !target.startsWith("#"))).toEqual([]);
});

describe.each(PAGES)("%s", (path) => {
  it("links to files and sections that exist", () => {
    const missing = localLinks(path).filter((target) => {
      const [file = "", fragment] = target.split("#");
      const found = file === "" ? path : relative(ROOT, resolve(ROOT, dirname(path), file));
      if (!existsSync(join(ROOT, found))) return true;
      return fragment !== undefined && !fragments(found).includes(fragment);
    });
    expect(missing).toEqual([]);
  });

  it("names only scripts of package.json", () => {
    const { scripts } = JSON.parse(page("package.json"));
    const named = [...page(path).matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)];
    const missing = named.map(([, run, own]) => run ?? own ?? "").filter((name) => !scripts[name]);
    expect(missing).toEqual([]);
  });
});
