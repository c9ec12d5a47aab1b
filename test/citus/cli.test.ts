import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chainGraph, collect, thread, withSchema } from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import { describe, expect, it } from "vitest";
import { waypost } from "../../packages/cli/test/run.ts";
import { coordinatorUrl, withDistributed, workerUrl } from "./cluster.ts";

const LONG = "A long beginning, the same in all. ".repeat(100);

/** Runs a command that succeeds, and tells what it has printed. */
type Run = (...args: string[]) => Promise<string>;

const runOver =
  (url: string, schema: string): Run =>
  async (...args) => {
    const ended = await waypost([...args, "--schema", schema], "", { DATABASE_URL: url });
    expect({ args, code: ended.code, stderr: ended.stderr }).toEqual({ args, code: 0, stderr: "" });
    return ended.stdout;
  };

/** With threads `chat`, of two turns, and `other`, on distributed tables. */
const withThreads = (
  url: () => string | Promise<string>,
  work: (run: Run, saver: PgSaver) => Promise<void>,
) =>
  withDistributed(async (saver, schema) => {
    const graph = chainGraph(saver);
    for (const id of ["chat", "chat", "other"])
      await graph.invoke({ log: [LONG] }, { ...thread(id), runId: crypto.randomUUID() });
    await work(runOver(await url(), schema), saver);
  });

const SAME = { chat: 8, other: 4 };

describe.each([
  ["the coordinator", coordinatorUrl],
  ["a worker", workerUrl],
] as const)("waypost over %s", (_, url) => {
  it("shows threads and sizes", () =>
    withThreads(url, async (run) => {
      const threads = JSON.parse(await run("threads", "--json"));
      const counts = threads.map((one: { threadId: string; checkpoints: number }) => [
        one.threadId,
        one.checkpoints,
      ]);
      expect(Object.fromEntries(counts)).toEqual(SAME);
      expect(await run("show", "chat")).toContain("8 checkpoints");
      await run("show", "chat", "--checkpoint", "latest");
      await run("show", "chat", "--messages");
      const status = JSON.parse(await run("status", "--json"));
      expect(status.tables.length).toBeGreaterThan(3);
      expect(JSON.parse(await run("storage", "--json"))).toMatchObject({ storage: "incremental" });
      expect(await run("verify")).toContain("Nothing is wrong");
    }));

  it("finds the tables distributed and complete, whatever else it finds", () =>
    withDistributed(async (_, schema) => {
      const env = { DATABASE_URL: await url() };
      const { stdout } = await waypost(["doctor", "--json", "--schema", schema], "", env);
      const fine = JSON.parse(stdout).filter(({ level }: { level: string }) => level === "ok");
      const texts = fine.map(({ what }: { what: string }) => what);
      expect(texts).toContainEqual(expect.stringMatching(/distributed by Citus/));
      expect(texts).toContain("Tables, keys and rights are complete");
    }));

  it("copies, prunes, sweeps and deletes", () =>
    withThreads(url, async (run, saver) => {
      await run("copy", "chat", "a copy");
      await run("copy", "chat", "other", "--overwrite", "--yes");
      expect(await collect(saver.list(thread("other")))).toHaveLength(8);
      expect(await run("prune", "a copy", "--keep-last", "2", "--dry-run")).toContain("6");
      await run("prune", "a copy", "--keep-last", "2", "--yes");
      expect(await collect(saver.list(thread("a copy")))).toHaveLength(2);
      await run("sweep", "--keep-last", "3", "--dry-run");
      await run("sweep", "--keep-last", "3", "--yes");
      expect(await collect(saver.list(thread("chat")))).toHaveLength(3);
      await run("delete", "other", "--dry-run");
      await run("delete", "other", "--yes");
      expect(await saver.getTuple(thread("other"))).toBeUndefined();
      const runId = (await saver.getTuple(thread("chat")))?.metadata as { run_id?: string };
      await run("delete", "--run", String(runId.run_id), "--yes");
      await run("verify", "--repair", "--yes");
    }));

  it("rewrites values both ways", () =>
    withThreads(url, async (run, saver) => {
      const before = await collect(saver.list({ configurable: {} }));
      for (const storage of ["full", "incremental"]) {
        await run("storage", storage);
        expect(await run("storage", "rewrite")).not.toContain(" 0 values");
        expect(await collect(saver.list({ configurable: {} }))).toEqual(before);
      }
      await run("storage", "rewrite", "chat");
    }));

  it("exports, and imports into a cluster and into one server", () =>
    withThreads(url, (run, saver) =>
      withSchema(async (schema) => {
        const folder = mkdtempSync(join(tmpdir(), "waypost-citus-"));
        try {
          const file = join(folder, "threads.ndjson");
          const all = await collect(saver.list({ configurable: {} }));
          await run("export", "--output", file);
          await run("delete", "chat", "--yes");
          expect(await run("import", file, "--skip-existing")).toContain("1");
          expect(await collect(saver.list({ configurable: {} }))).toEqual(all);
          await runOver(coordinatorUrl(), schema)("import", file);
          await using other = PgSaver.fromConnString(coordinatorUrl(), { schema });
          expect(await collect(other.list({ configurable: {} }))).toEqual(all);
        } finally {
          rmSync(folder, { recursive: true });
        }
      }, coordinatorUrl()),
    ));
});
