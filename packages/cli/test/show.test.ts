import { collect, thread } from "@waypost/conformance/fixtures";
import { describe, expect, it } from "vitest";
import { json, withThreads } from "./fixtures.ts";
import { waypost } from "./run.ts";

describe.concurrent("waypost threads and show", () => {
  it("list threads, for people and for scripts, and filter them", () =>
    withThreads(async (schema) => {
      const table = await waypost(["threads", "--schema", schema]);
      expect(table.stdout).toMatch(/thread.*updated.*step.*checkpoints/);
      expect(table.stdout.indexOf("other")).toBeLessThan(table.stdout.indexOf("chat"));
      const found = await waypost(["threads", "--schema", schema, "--filter", "step=2", "--json"]);
      expect(json(found.stdout)).toMatchObject([{ threadId: "other", source: "loop" }]);
      const idle = ["--status", "idle", "--prefix", "ch", "--updated-after", "1h"];
      const some = await waypost(["threads", "--schema", schema, ...idle]);
      expect(some.stdout).toMatch(/thread.*updated.*status.*step.*checkpoints/);
      expect(some.stdout).toMatch(/chat.* idle /);
      expect(some.stdout).not.toContain("other");
    }));

  it("draw the tree with its forks, and say what each step changed", () =>
    withThreads(async (schema, saver) => {
      const { stdout } = await waypost(["show", "chat", "--schema", schema]);
      const checkpoints = await collect(saver.list(thread("chat")));
      expect(stdout.match(/^[│ ├└─]*[●○] /gm)).toHaveLength(checkpoints.length);
      expect(stdout).toMatch(/^● \S+ {2}step -1 input/m);
      expect(stdout.match(/^├─○/gm)).toHaveLength(1);
      expect(stdout.match(/^└─●/gm)).toHaveLength(1);
      expect(stdout).toMatch(/step 1 a · .*\n.* log {2}\[ 'a' \]/);
      const steps = json((await waypost(["show", "chat", "--schema", schema, "--json"])).stdout);
      expect(steps[0]).toMatchObject({ parent: null, step: -1, source: "input" });
    }));

  it("show the values of a checkpoint, and what differs between two", () =>
    withThreads(async (schema, saver) => {
      const ids = (await collect(saver.list(thread("chat")))).map(
        ({ checkpoint }) => checkpoint.id,
      );
      const newest = ids[0] ?? "";
      const shown = await waypost(["show", "chat", "--checkpoint", newest, "--schema", schema]);
      expect(shown.stdout).toContain("'two'");
      const diff = ["show", "chat", "--diff", ids[2] ?? "", newest, "--schema", schema];
      expect((await waypost(diff)).stdout).toMatch(/^\+.*'a'/m);
    }));

  it("say that there is no such thread or checkpoint, and fail", () =>
    withThreads(async (schema) => {
      const none = await waypost(["show", "none", "--schema", schema]);
      expect(none).toMatchObject({
        code: 1,
        stdout: "",
        stderr: 'error: There is no thread "none".\n',
      });
      const id = ["show", "chat", "--checkpoint", "x\u001b[2J", "--schema", schema];
      const { code, stderr } = await waypost(id);
      expect(code).toBe(1);
      expect(stderr).not.toContain("\u001b[2J");
    }));
});

describe.concurrent("a thread that is not there", () => {
  it.each([
    ["show", "none"],
    ["verify", "none"],
    ["export", "chat", "none"],
    ["copy", "none", "new"],
    ["delete", "none", "--yes"],
    ["prune", "chat", "none", "--keep-last", "1", "--yes"],
    ["storage", "rewrite", "none"],
  ])("is an error of %s, which does nothing", (...args) =>
    withThreads(async (schema, saver) => {
      const before = await collect(saver.list({ configurable: {} }));
      const { code, stdout, stderr } = await waypost([...args, "--schema", schema]);
      expect({ code, stdout, stderr }).toEqual({
        code: 1,
        stdout: "",
        stderr: 'error: There is no thread "none".\n',
      });
      expect(await collect(saver.list({ configurable: {} }))).toEqual(before);
    }),
  );
});
