import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkpoint, METADATA, putChain } from "@waypost/conformance/checkpoints";
import { collect, databaseUrl, withSchema } from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import { describe, expect, it } from "vitest";
import encrypting from "./encrypting.ts";
import { json, withThreads } from "./fixtures.ts";
import { waypost } from "./run.ts";

describe.concurrent("waypost export and import", () => {
  it("move threads from one database to another, exactly", () =>
    withThreads((schema, saver) =>
      withSchema(async (target) => {
        const folder = mkdtempSync(join(tmpdir(), "waypost-export-"));
        try {
          const file = join(folder, "threads.ndjson");
          expect((await waypost(["export", "-o", file, "--schema", schema])).code).toBe(0);
          expect(json(readFileSync(file, "utf8").split("\n")[0] ?? "")).toEqual({
            waypost: "export",
            format: 2,
          });
          const imported = await waypost(["import", file, "--json", "--schema", target]);
          expect(json(imported.stdout)).toEqual({ imported: 2, skipped: 0 });
          await using moved = PgSaver.fromConnString(databaseUrl(), { schema: target });
          const all = { configurable: {} };
          expect(await collect(moved.list(all))).toEqual(await collect(saver.list(all)));

          const again = await waypost(["import", file, "--schema", target]);
          expect(again.stderr).toContain("--skip-existing");
          expect(again.code).toBe(1);
          const skipped = await waypost([
            "import",
            file,
            "--skip-existing",
            "--json",
            "--schema",
            target,
          ]);
          expect(json(skipped.stdout)).toEqual({ imported: 0, skipped: 2 });
        } finally {
          rmSync(folder, { recursive: true });
        }
      }),
    ));

  it("write one thread to a pipe, and read it from one", () =>
    withThreads((schema) =>
      withSchema(async (target) => {
        const { stdout } = await waypost(["export", "other", "--schema", schema]);
        expect(stdout).not.toContain('"thread_id":"chat"');
        expect((await waypost(["import", "--schema", target], stdout)).code).toBe(0);
        const threads = await waypost(["threads", "--json", "--schema", target]);
        expect(json(threads.stdout)).toMatchObject([{ threadId: "other" }]);
      }),
    ));

  it("move encrypted values without their key, and the same thread reads and continues them", () =>
    withSchema((schema) =>
      withSchema(async (target) => {
        const log = Array.from({ length: 12 }, (_, n) => ({ n, content: `${n}`.repeat(300) }));
        const grown = (step: number) => ({ log: log.slice(0, 3 + step) });
        await using saver = PgSaver.fromConnString(databaseUrl(), { schema, serde: encrypting });
        await saver.setup();
        await putChain(saver, "1", 8, grown);
        const { stdout } = await waypost(["export", "--schema", schema]);
        expect(stdout).toContain('"type":"parts:json+aes"');
        expect((await waypost(["import", "--schema", target], stdout)).code).toBe(0);
        const refused = await waypost(["copy", "1", "2", "--schema", target]);
        expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("encrypted") });
        const options = { schema: target, serde: encrypting };
        await using moved = PgSaver.fromConnString(databaseUrl(), options);
        const all = { configurable: {} };
        expect(await collect(moved.list(all))).toEqual(await collect(saver.list(all)));
        const parent = await moved.getTuple({ configurable: { thread_id: "1" } });
        const next = checkpoint(grown(8));
        await moved.put(parent?.config ?? all, next, METADATA, next.channel_versions);
        await using other = PgSaver.fromConnString(databaseUrl(), options);
        const read = await other.getTuple({ configurable: { thread_id: "1" } });
        expect(read?.checkpoint.channel_values).toEqual(grown(8));
        expect(await collect(other.verify())).toEqual([]);
      }),
    ));

  it("refuse what is no export or was cut off, and store nothing of it", () =>
    withThreads((schema) =>
      withSchema(async (target) => {
        const { stdout } = await waypost(["export", "other", "--schema", schema]);
        const cut = await waypost(["import", "--schema", target], stdout.slice(0, -20));
        expect(cut).toMatchObject({ code: 1, stderr: expect.stringContaining("cut off") });
        const other = await waypost(["import", "--schema", target], "{}\n");
        expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining("first line") });
        const threads = await waypost(["threads", "--json", "--schema", target]);
        expect(json(threads.stdout)).toEqual([]);
      }),
    ));

  it.each([
    ["import", "none.ndjson"],
    ["export", "--output", "/none/threads.ndjson"],
  ])("name a file that can't be opened: %s %s", (...args) =>
    withThreads(async (schema) => {
      const { code, stderr } = await waypost([...args, "--schema", schema]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: Can't open ".*\.ndjson" \(ENOENT\)\.\n/);
    }),
  );

  it("name the line that the server refuses, and store nothing of its thread", () =>
    withThreads((schema) =>
      withSchema(async (target) => {
        const { stdout } = await waypost(["export", "other", "--schema", schema]);
        const lines = stdout.trimEnd().split("\n");
        const nul = (lines.at(-1) ?? "").replace(
          /"metadata":"\{/,
          '"metadata":"{\\"a\\":\\"\\\\u0000\\",',
        );
        const changed = lines.with(-1, nul).join("\n");
        const { code, stderr } = await waypost(["import", "--schema", target], changed);
        expect(stderr).toMatch(
          new RegExp(`^error: Line ${lines.length} was refused by the server`),
        );
        expect(code).toBe(1);
        const threads = await waypost(["threads", "--json", "--schema", target]);
        expect(json(threads.stdout)).toEqual([]);
      }),
    ));
});
