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
    ["sweep", "--keep-last", "1"],
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
