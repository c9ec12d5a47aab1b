import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { databaseUrl, withSchema } from "@waypost/conformance/fixtures";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DRIVERS, type Driver, PRINTED } from "./application.ts";
import { found } from "./conversation.ts";
import { Project, pack, type Tarballs } from "./project.ts";
import { publicTypes } from "./public-types.ts";
import { BUN, DENO, NODE_24, NODES, type Runtime, TOO_OLD } from "./runtimes.ts";
import { writeApplication, writeConversation, writeEntries } from "./write.ts";

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

let folder: string;
let tarballs: Tarballs;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "waypost-tarballs-"));
  tarballs = await pack(folder);
});
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
      await writeApplication(project, driver);
    }, 180_000);
    afterAll(() => project?.remove());

    const run = (command: NonNullable<Runtime["command"]>, file: string) =>
      withSchema((SCHEMA) =>
        project.run(command, [file], { SCHEMA, THREAD: file, DATABASE_URL: databaseUrl() }),
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
    );

    it.runIf(age === "newest")("exports every type that it uses, and none is any", () => {
      expect(publicTypes(project, `@waypost/${driver.name}`)).toEqual({ hidden: [], any: [] });
    });

    for (const runtime of [...NODES, BUN, DENO]) {
      const { name, command } = runtime;
      // A bundle is the same on every Node.
      const bundles = runtime === NODE_24 && age === "newest" ? ["bundle.mjs", "bundle.cjs"] : [];
      const files = ["main.mjs", "main.cjs", ...bundles];
      if (command === undefined) {
        it.skip(`runs on ${name} (the registry has none for this machine)`, () => {});
      } else if (age === "newest" || runtime === NODE_24) {
        it.each(files)(`runs on ${name}: %s`, async (file) => {
          expect(await run(command, file)).toEqual(PRINTED);
        });
      }
    }

    it.each(["entries.mjs", "entries.cjs"])(
      "has the same classes as both entries of core: %s",
      async (file) => {
        await writeEntries(project, driver);
        const command = NODE_24.command as NonNullable<Runtime["command"]>;
        expect(await project.run(command, [file], {})).toEqual({
          ...{ some: true, differ: [], stores: 1 },
        });
      },
    );

    // Each reads what the one before has stored; the last one is where it began.
    const steps = [
      [NODE_24, "talk.mjs"],
      [BUN, "talk.mjs"],
      [DENO, "talk.mjs"],
      [NODE_24, "talk.min.mjs"],
      [BUN, "talk.min.mjs"],
      [DENO, "talk.min.mjs"],
      [NODE_24, "talk.mjs"],
    ] as const;
    it.runIf(age === "newest")(
      "leads one conversation on Node, Bun and Deno, also in a minified bundle",
      async () => {
        await writeConversation(project, driver);
        await withSchema(async (SCHEMA) => {
          const env = { SCHEMA, DATABASE_URL: databaseUrl() };
          let runs = 0;
          for (const [{ name, command }, file] of steps) {
            if (command === undefined) continue; // the registry has none for this machine
            const printed = await project.run(command, [file], env);
            expect({ name, file, printed }).toEqual({ name, file, printed: found(runs) });
            runs += 1;
          }
        });
      },
      120_000,
    );
  },
);

/** Asks `waypost view` for its page, and ends it. */
const VIEW = `
import { spawn } from "node:child_process";
import { once } from "node:events";

const [file, schema] = process.argv.slice(2);
const child = spawn(process.execPath, [file, "view", "--json", "--schema", schema]);
const [line] = await once(child.stdout, "data");
const { address } = JSON.parse(line);
const files = ["/", "/page.js", "/page.css"];
const served = await Promise.all(
  files.map(async (path) => (await fetch(new URL(path, address))).status),
);
child.kill("SIGTERM");
const [code] = await once(child, "close");
console.log(JSON.stringify({ served, code }));
`;

describe("waypost as it is published", () => {
  let project: Project;
  beforeAll(async () => {
    project = await Project.create();
    const names = ["@waypost/core", "@waypost/store", "@waypost/pg", "waypost"];
    await project.install(
      Object.fromEntries(names.map((name) => [name, tarballs[name] as string])),
    );
    await project.write("view.mjs", VIEW);
  }, 180_000);
  afterAll(() => project?.remove());

  for (const { name, command } of NODES) {
    if (command === undefined) {
      it.skip(`runs on ${name} (the registry has none for this machine)`, () => {});
    } else {
      it(`runs on ${name}`, () =>
        withSchema(async (schema) => {
          const file = "node_modules/waypost/dist/cli.js";
          const env = { DATABASE_URL: databaseUrl() };
          await project.run(command, [file, "setup", "--schema", schema, "--json"], env);
          expect(
            await project.run(command, [file, "threads", "--schema", schema, "--json"], env),
          ).toEqual([]);
          expect(await project.run(command, ["view.mjs", file, schema], env)).toEqual({
            served: [200, 200, 200],
            code: 143,
          });
        }));
    }
  }

  const { name, command } = TOO_OLD;
  if (command === undefined) {
    it.skip(`refuses ${name} (the registry has none for this machine)`, () => {});
  } else {
    it(`says on ${name} which is needed, as do the savers`, async () => {
      const program = project.run(command, ["node_modules/waypost/dist/cli.js", "threads"], {});
      await expect(program).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringMatching(
          /^error: waypost needs Node 20\.12 or newer, and this is 18\./,
        ),
      });
      await project.write("old.mjs", OLD);
      await expect(project.run(command, ["old.mjs"], {})).resolves.toMatch(
        /^Waypost needs Node 20 or newer, and this is 18\./,
      );
    });
  }
});

const OLD = `import { PgSaver } from "@waypost/pg";
try {
  PgSaver.fromConnString("postgresql://localhost/app");
} catch ({ message }) {
  console.log(JSON.stringify(message));
}
`;

function dependenciesOf(driver: Driver, versions: Readonly<Record<string, string>>) {
  const langchain = Object.entries(versions).filter(([name]) => name.startsWith("@langchain/"));
  const own = driver.dependencies.map((name) => [name, versions[name] as string]);
  const packed = ["@waypost/core", "@waypost/store", `@waypost/${driver.name}`].map((name) => [
    ...[name, tarballs[name]],
  ]);
  return Object.fromEntries([
    ...langchain,
    ...own,
    ...packed,
    ...Object.entries({ ...driver.types, "@types/node": "24.19.2" }),
  ]);
}
