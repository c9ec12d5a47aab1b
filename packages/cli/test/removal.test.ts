import { emptyCheckpoint } from "@langchain/langgraph-checkpoint";
import { collect, databaseUrl, putChain, thread } from "@waypost/conformance/fixtures";
import type { PgSaver } from "@waypost/pg";
import { describe, expect, it } from "vitest";
import { json, withThreads } from "./fixtures.ts";
import { inTerminal, waypost } from "./run.ts";

describe.concurrent("waypost copy, delete, prune and sweep", () => {
  const count = async (saver: PgSaver, id: string) =>
    (await collect(saver.list(thread(id)))).length;

  it("copy a thread, but not over another", () =>
    withThreads(async (schema, saver) => {
      expect((await waypost(["copy", "chat", "copied", "--schema", schema])).code).toBe(0);
      expect(await count(saver, "copied")).toBe(await count(saver, "chat"));
      const again = await waypost(["copy", "other", "copied", "--schema", schema]);
      expect(again).toMatchObject({ code: 1 });
      expect(again.stderr).toContain("exists");
      const over = ["copy", "other", "copied", "--overwrite", "--yes", "--schema", schema];
      expect((await waypost(over)).code).toBe(0);
      expect(await count(saver, "copied")).toBe(await count(saver, "other"));
    }));

  it("count with --dry-run, and delete without", () =>
    withThreads(async (schema, saver) => {
      const before = await count(saver, "chat");
      const dry = await waypost(["delete", "chat", "--dry-run", "--json", "--schema", schema]);
      expect(json(dry.stdout)).toMatchObject({ checkpoints: before, dryRun: true });
      expect(await count(saver, "chat")).toBe(before);
      const done = await waypost(["delete", "chat", "--yes", "--schema", schema]);
      expect(done.stdout).toMatch(/^Removed \d+ checkpoints, \d+ values and \d+ writes, .*B\.\n$/);
      expect(await count(saver, "chat")).toBe(0);
      expect((await waypost(["delete", "chat", "--yes", "--schema", schema])).code).toBe(1);
    }));

  it("delete the threads that conditions select, and say how many before", () =>
    withThreads(async (schema, saver) => {
      await saver.put(
        { ...thread("ann:1"), metadata: { user: "ann" } },
        emptyCheckpoint(),
        { source: "input", step: -1, parents: {} },
        {},
      );
      const of = ["delete", "--filter", "user=ann", "--schema", schema];
      const dry = await waypost([...of, "--dry-run", "--json"]);
      expect(json(dry.stdout)).toMatchObject({ threads: 1, deleted: 1, dryRun: true });
      const no = await inTerminal(of, "n\r");
      expect(no.stdout).toContain(`Delete 1 whole threads from schema "${schema}" of`);
      expect(await count(saver, "ann:1")).toBe(1);
      const done = await waypost([...of, "--yes"]);
      expect(done.stdout).toMatch(/^Removed 1 whole threads: 1 checkpoints of 1 threads, /);
      expect(await count(saver, "ann:1")).toBe(0);
      const both = await waypost(["delete", "chat", "--prefix", "c", "--yes", "--schema", schema]);
      expect(both.stderr).toContain("without names of threads");
      expect(await count(saver, "chat")).toBeGreaterThan(0);
    }));

  it("sweep idle threads", () =>
    withThreads(async (schema, saver) => {
      const sweep = ["sweep", "--strategy", "delete", "--schema", schema];
      const none = await waypost([...sweep, "--yes"]);
      expect(none.stderr).toContain("--older-than");
      const before = await waypost([...sweep, "--older-than", "1h", "--yes", "--json"]);
      expect(json(before.stdout)).toMatchObject({ deleted: 0 });
      const all = await waypost([...sweep, "--older-than", "2999-01-01", "--yes", "--json"]);
      expect(json(all.stdout)).toMatchObject({ deleted: 2, threads: 2 });
      expect(await saver.listThreads()).toEqual([]);
    }));

  it("prune a thread and sweep all", () =>
    withThreads(async (schema, saver) => {
      await putChain(saver, "long", 30, (step) => ({ log: step }));
      expect(
        (await waypost(["prune", "long", "--keep-last", "5", "--yes", "--schema", schema])).code,
      ).toBe(0);
      expect(await count(saver, "long")).toBe(5);
      const swept = await waypost([
        "sweep",
        "--keep-last",
        "1",
        "--yes",
        "--json",
        "--schema",
        schema,
      ]);
      expect(json(swept.stdout)).toMatchObject({ threads: 3, dryRun: false });
      expect(await count(saver, "other")).toBe(1);
    }));

  it("ask in a terminal, and change nothing unless the answer is yes", () =>
    withThreads(async (schema, saver) => {
      const before = await count(saver, "chat");
      const no = await inTerminal(["delete", "chat", "--schema", schema], "n\r");
      expect(no.code).toBe(1);
      expect(no.stdout).toContain(
        `Delete thread "chat" from schema "${schema}" of database "postgres"`,
      );
      expect(no.stdout).toContain("Nothing was changed.");
      expect(await count(saver, "chat")).toBe(before);
      const yes = await inTerminal(["sweep", "--keep-last", "1", "--schema", schema], "y\r");
      expect(yes.code).toBe(0);
      expect(yes.stdout).toContain("Sweeping");
      expect(await count(saver, "other")).toBe(1);
    }));
});

describe.concurrent("without a terminal", () => {
  it.each([
    ["delete", "chat"],
    ["delete", "--run", "r"],
    ["prune", "chat", "--keep-last", "1"],
    ["delete", "--prefix", "c"],
    ["sweep", "--keep-last", "1"],
    ["sweep", "--strategy", "delete", "--older-than", "2999-01-01"],
    ["copy", "other", "chat", "--overwrite"],
    ["verify", "--repair"],
  ])("%s %s removes nothing unless told with --yes", (...args) =>
    withThreads(async (schema, saver) => {
      const before = await collect(saver.list({ configurable: {} }));
      const { code, stdout, stderr } = await waypost([...args, "--schema", schema], "y\n");
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain("--yes");
      expect(await collect(saver.list({ configurable: {} }))).toEqual(before);
    }),
  );

  it("nothing is coloured", () =>
    withThreads(async (schema) => {
      const env = { DATABASE_URL: databaseUrl(), NO_COLOR: undefined, TERM: "xterm-256color" };
      for (const args of [
        ["threads"],
        ["show", "chat"],
        ["status"],
        ["doctor"],
        ["show", "none"],
      ]) {
        const { stdout, stderr } = await waypost([...args, "--schema", schema], "", env);
        expect(stdout + stderr).not.toBe("");
        expect(stdout + stderr).not.toContain("\u001b");
      }
    }));
});
