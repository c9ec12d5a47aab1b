import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { databaseUrl, withSchema } from "@waypost/conformance";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commonJs, DRIVERS, type Driver, PRINTED, typescript } from "./application.ts";
import { Project, pack, type Tarballs } from "./project.ts";

const NEWEST = { "@langchain/langgraph": "1.7.3", "@langchain/core": "1.4.0" };
const OLDEST = {
  "@langchain/langgraph": "1.5.3",
  // Its next patch needs a newer @langchain/core than it says.
  "@langchain/langgraph-sdk": "1.12.8",
  "@langchain/core": "1.1.48",
  "@langchain/langgraph-checkpoint": "1.2.1",
};
const VERSIONS: readonly [string, Readonly<Record<string, string>>][] = [
  [
    "newest",
    { ...NEWEST, pg: "8.23.1", "pg-cursor": "2.22.0", postgres: "3.4.9", kysely: "0.29.9" },
  ],
  [
    "oldest",
    { ...OLDEST, pg: "8.21.0", "pg-cursor": "2.20.0", postgres: "3.4.0", kysely: "0.28.0" },
  ],
];

/** Node of this version from the registry, or none where it has none for this machine. */
function nodeOf(major: number): string | undefined {
  const name = `node-${major}-linux-${arch()}`;
  const path = fileURLToPath(new URL(`../node_modules/${name}/bin/node`, import.meta.url));
  return existsSync(path) ? path : undefined;
}

const NODES: readonly [number, string | undefined][] = [
  [20, nodeOf(20)],
  [22, nodeOf(22)],
  [24, process.execPath],
  [26, nodeOf(26)],
];

let folder: string;
let tarballs: Tarballs;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "waypost-tarballs-"));
  tarballs = await pack(folder);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const cases = DRIVERS.flatMap((driver) =>
  VERSIONS.map(([age, versions]) => [driver.name, age, driver, versions] as const),
);

describe.each(cases)(
  "@waypost/%s as it is published, with the %s versions",
  (_, age, driver, versions) => {
    let project: Project;
    beforeAll(async () => {
      project = await Project.create();
      await project.install(dependenciesOf(driver, versions));
      await write(project, driver);
    }, 180_000);
    afterAll(() => project?.remove());

    const run = (node: string, file: string) =>
      withSchema((SCHEMA) =>
        project.run(node, [file], { SCHEMA, THREAD: file, DATABASE_URL: databaseUrl() }),
      );

    it("brings no driver that was not asked for", () => {
      expect(driver.absent.filter((name) => project.has(name))).toEqual([]);
      expect(driver.dependencies.every((name) => project.has(name))).toBe(true);
    });

    it.each(["node16", "bundler"] as const)(
      "passes the type checker, resolved as %s",
      async (how) => {
        expect(await project.typeCheck("main.ts", how)).toBe("");
      },
      60_000,
    );

    for (const [major, node] of NODES) {
      // A bundle is the same on every Node.
      const bundles = major === 24 && age === "newest" ? ["bundle.mjs", "bundle.cjs"] : [];
      const files = ["main.mjs", "main.cjs", ...bundles];
      if (node === undefined) {
        it.skip(`runs on Node ${major} (the registry has none for this machine)`, () => {});
      } else if (age === "newest" || major === 24) {
        it.each(files)(
          `runs on Node ${major}: %s`,
          async (file) => {
            expect(await run(node, file)).toEqual(PRINTED);
          },
          60_000,
        );
      }
    }
  },
);

describe("waypost as it is published", () => {
  let project: Project;
  beforeAll(async () => {
    project = await Project.create();
    const names = ["@waypost/core", "@waypost/pg", "waypost"];
    await project.install(
      Object.fromEntries(names.map((name) => [name, tarballs[name] as string])),
    );
  }, 180_000);
  afterAll(() => project?.remove());

  for (const [major, node] of NODES) {
    if (node === undefined) {
      it.skip(`runs on Node ${major} (the registry has none for this machine)`, () => {});
    } else {
      it(
        `runs on Node ${major}`,
        () =>
          withSchema(async (schema) => {
            const file = "node_modules/waypost/dist/cli.js";
            const env = { DATABASE_URL: databaseUrl() };
            await project.run(node, [file, "setup", "--schema", schema, "--json"], env);
            expect(
              await project.run(node, [file, "threads", "--schema", schema, "--json"], env),
            ).toEqual([]);
          }),
        60_000,
      );
    }
  }
});

function dependenciesOf(driver: Driver, versions: Readonly<Record<string, string>>) {
  const langchain = Object.entries(versions).filter(([name]) => name.startsWith("@langchain/"));
  const own = driver.dependencies.map((name) => [name, versions[name] as string]);
  const packed = ["@waypost/core", `@waypost/${driver.name}`].map((name) => [name, tarballs[name]]);
  return Object.fromEntries([
    ...langchain,
    ...own,
    ...packed,
    ...Object.entries({ ...driver.types, "@types/node": "24.19.2" }),
  ]);
}

/** One application as TypeScript, both kinds of JavaScript, and bundled as both. */
async function write(project: Project, driver: Driver): Promise<void> {
  const source = typescript(driver);
  const javascript = stripTypeScriptTypes(source);
  await project.write("main.ts", source);
  await project.write("main.mjs", javascript);
  await project.write("main.cjs", commonJs(javascript));
  for (const [format, file] of [
    ["esm", "bundle.mjs"],
    ["cjs", "bundle.cjs"],
  ] as const) {
    await build({
      absWorkingDir: project.folder,
      entryPoints: ["main.ts"],
      outfile: file,
      bundle: true,
      platform: "node",
      format,
      logLevel: "error",
      external: ["pg-native"],
      // CommonJS within a bundle of modules asks for it.
      banner: format === "esm" ? { js: REQUIRE } : {},
    });
  }
}

const REQUIRE = `import { createRequire as makeRequire } from "node:module";
const require = makeRequire(import.meta.url);`;
