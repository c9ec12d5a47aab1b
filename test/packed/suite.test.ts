import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Project, pack } from "./project.ts";

const GUIDE = fileURLToPath(new URL("../../docs/write-an-adapter.md", import.meta.url));

/** Runs these groups and prints how many tests passed and which failed. */
const RUN = `
import { startVitest } from "vitest/node";
const report = {
  onTestRunEnd(modules) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const named = (state) => tests.filter((it) => it.result().state === state).map((it) => it.fullName);
    console.log(JSON.stringify({ passed: named("passed").length, failed: named("failed") }));
  },
};
const testNamePattern = "PGlite: (values|locks)";
const vitest = await startVitest("test", [], { watch: false, testNamePattern, reporters: [report] });
await vitest.close();
process.exitCode = 0; // the report says it
`;

describe("the adapter of docs/write-an-adapter.md, outside of this repository", () => {
  let folder: string;
  let project: Project;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-suite-"));
    const tarballs = await pack(folder, ["core", "conformance"]);
    project = await Project.create();
    await project.install({
      ...tarballs,
      "@electric-sql/pglite": "0.5.16",
      "@langchain/core": "1.4.0",
      "@langchain/langgraph": "1.7.3",
      vitest: "5.1.1",
    });
    const guide = await readFile(GUIDE, "utf8");
    const files = ["src/index.ts", "test/pglite.test.js", "vitest.config.js"];
    const code = [...guide.matchAll(/^```[jt]s\n(.*?)^```$/gms)].map(([, block]) => block ?? "");
    expect(code).toHaveLength(files.length);
    for (const [i, file] of files.entries()) await project.write(file, code[i] ?? "");
    await project.write("run.mjs", RUN);
  });
  afterAll(async () => {
    await project?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it("passes what the suite says of values and locks, without a server", async () => {
    const env = { DATABASE_URL: "" };
    const { passed, failed } = (await project.run([process.execPath], ["run.mjs"], env)) as {
      passed: number;
      failed: string[];
    };
    expect(failed).toEqual([]);
    expect(passed).toBeGreaterThan(15);
  });
});
