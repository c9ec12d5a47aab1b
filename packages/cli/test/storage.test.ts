import { randomBytes } from "node:crypto";
import { collect, databaseUrl, putChain, thread, withSchema } from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import { describe, expect, it } from "vitest";
import { waypost } from "./run.ts";

const log = Array.from({ length: 20 }, () => randomBytes(300).toString("base64"));

/** A schema with a thread whose values share. */
function withShared(work: (schema: string, saver: PgSaver) => Promise<void>): Promise<void> {
  return withSchema(async (schema) => {
    await using saver = PgSaver.fromConnString(databaseUrl(), { schema });
    await saver.setup();
    await putChain(saver, "chat", 10, (step) => ({ log: log.slice(0, 11 + step) }));
    await work(schema, saver);
  });
}

describe.concurrent("waypost storage", () => {
  it("shows how values are stored, changes it, and rewrites those that are there", () =>
    withShared(async (schema, saver) => {
      const before = await collect(saver.list(thread("chat")));
      const run = async (...args: string[]) =>
        (await waypost(["storage", ...args, "--schema", schema])).stdout;
      expect(await run()).toMatch(
        /^Storage is "incremental": .*\n9 values are incremental, 1 are full\.\n$/,
      );
      expect(await run("full")).toMatch(/^Storage is "full": .*official/);
      expect(await run("rewrite")).toBe("Stored 9 values of 1 threads in full.\n");
      expect(JSON.parse(await run("--json"))).toEqual({
        storage: "full",
        incremental: 0,
        full: 10,
      });
      expect(await collect(saver.list(thread("chat")))).toEqual(before);
      await run("incremental");
      expect(JSON.parse(await run("rewrite", "chat", "--json"))).toEqual({
        ...{ storage: "incremental", threads: 1, values: 9 },
      });
      expect(await collect(saver.list(thread("chat")))).toEqual(before);
      const { code, stderr } = await waypost(["storage", "all", "--schema", schema]);
      expect(code).not.toBe(0);
      expect(stderr).toContain("incremental, full");
    }));

  it("export and import move values that share, and show and verify read them", () =>
    withShared((schema, saver) =>
      withSchema(async (target) => {
        const { stdout } = await waypost(["export", "--schema", schema]);
        expect((await waypost(["import", "--schema", target], stdout)).code).toBe(0);
        await using moved = PgSaver.fromConnString(databaseUrl(), { schema: target });
        expect(await collect(moved.list(thread("chat")))).toEqual(
          await collect(saver.list(thread("chat"))),
        );
        const show = ["show", "chat", "--checkpoint", "latest", "--json", "--schema", target];
        expect(JSON.parse((await waypost(show)).stdout)).toMatchObject({ values: { log } });
        expect(await waypost(["verify", "--schema", target])).toMatchObject({ code: 0 });
      }),
    ));
});
