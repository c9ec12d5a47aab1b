import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  chainGraph,
  collect,
  databaseUrl,
  grants,
  putChain,
  thread,
  withClient,
  withRole,
  withSchema,
} from "@waypost/conformance";
import { setupScript, TABLES } from "@waypost/core/adapter";
import { PgSaver } from "@waypost/pg";
import { describe, expect, it, vi } from "vitest";
import { tooOld } from "../src/checks.ts";
import { inTerminal, waypost } from "./run.ts";

/** A schema with a thread `chat` of two turns and a fork, and a thread `other`. */
function withThreads(work: (schema: string, saver: PgSaver) => Promise<void>): Promise<void> {
  return withSchema(async (schema) => {
    await using saver = PgSaver.fromConnString(databaseUrl(), { schema });
    await saver.setup();
    const graph = chainGraph(saver);
    await graph.invoke({ log: ["one"] }, thread("chat"));
    const [, , early] = await collect(graph.getStateHistory(thread("chat")));
    await graph.updateState(early?.config ?? {}, { log: ["fork"] });
    await graph.invoke({ log: ["two"] }, thread("chat"));
    await graph.invoke({ log: ["hi"] }, thread("other"));
    await work(schema, saver);
  });
}

// Each of them starts the program several times.
vi.setConfig({ testTimeout: 90_000 });

const json = (text: string) => JSON.parse(text);

describe.concurrent("waypost setup and sql", () => {
  it("create the same tables, by itself and by hand", () =>
    withSchema((one) =>
      withSchema(async (two) => {
        const set = await waypost(["setup", "--schema", one]);
        expect(set).toEqual({
          code: 0,
          stdout: `The tables in schema "${one}" are ready.\n`,
          stderr: "",
        });
        const { stdout } = await waypost(["sql", "--schema", two]);
        await withClient(async (client) => {
          await client.query(stdout);
          const columns = (schema: string) =>
            client.query(
              `SELECT table_name, column_name, data_type FROM information_schema.columns
               WHERE table_schema = $1 ORDER BY 1, 2`,
              [schema],
            );
          expect((await columns(two)).rows).toEqual((await columns(one)).rows);
        });
      }),
    ));

  it("split tables into partitions, of which status tells the sum", () =>
    withSchema(async (schema) => {
      const args = ["--partitions", "3", "--schema", schema];
      const { stdout } = await waypost(["sql", ...args]);
      expect(stdout).toContain("MODULUS 3, REMAINDER 2");
      expect(await waypost(["setup", ...args])).toMatchObject({ code: 0 });
      await withClient((client) => client.query(stdout));
      await using saver = PgSaver.fromConnString(databaseUrl(), { schema });
      await putChain(saver, "one", 10, (step) => ({ step }));
      const status = json((await waypost(["status", "--json", "--schema", schema])).stdout);
      expect(status.tables).toHaveLength(4);
      for (const { bytes, indexBytes } of status.tables) {
        expect(indexBytes).toBeGreaterThanOrEqual(3 * 8192);
        expect(bytes).toBeGreaterThan(indexBytes);
      }
      expect((await waypost(["doctor", "--schema", schema])).stdout).toContain(
        "Tables, keys and rights are complete",
      );
      const wrong = await waypost(["setup", "--partitions", "5", "--schema", schema]);
      expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("in 3 partitions") });
    }));

  it("say what is missing for Citus", () =>
    withSchema(async (schema) => {
      const args = ["--distribute", "citus", "--schema", schema];
      expect((await waypost(["sql", ...args])).stdout).toContain("create_distributed_table(");
      const setup = await waypost(["setup", ...args]);
      expect(setup).toMatchObject({ code: 1, stderr: expect.stringContaining("CREATE EXTENSION") });
      expect(await waypost(["sql", ...args, "--partitions", "3"])).toMatchObject({ code: 2 });
    }));
});

describe.concurrent("waypost threads and show", () => {
  it("list threads, for people and for scripts, and filter them", () =>
    withThreads(async (schema) => {
      const table = await waypost(["threads", "--schema", schema]);
      expect(table.stdout).toMatch(/thread.*updated.*step.*checkpoints/);
      expect(table.stdout.indexOf("other")).toBeLessThan(table.stdout.indexOf("chat"));
      const found = await waypost(["threads", "--schema", schema, "--filter", "step=2", "--json"]);
      expect(json(found.stdout)).toMatchObject([{ threadId: "other", source: "loop" }]);
    }));

  it("draw the tree with its forks, and say what each step changed", () =>
    withThreads(async (schema, saver) => {
      const { stdout } = await waypost(["show", "chat", "--schema", schema]);
      const lines = stdout.trimEnd().split("\n");
      expect(lines).toHaveLength((await collect(saver.list(thread("chat")))).length);
      expect(lines[0]).toMatch(/^● .* step -1 {2}input/);
      expect(lines.filter((line) => line.startsWith("├─●"))).toHaveLength(1);
      expect(lines.filter((line) => line.startsWith("└─●"))).toHaveLength(1);
      expect(stdout).toMatch(/after a {2}\+ log/);
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
      expect(no.stdout).toContain("Delete thread chat? [y/N]");
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

describe.concurrent("waypost verify", () => {
  it("is content with a sound thread, and fails for a damaged one, for scripts too", () =>
    withThreads(async (schema) => {
      const sound = await waypost(["verify", "--schema", schema]);
      expect(sound).toEqual({ code: 0, stdout: "Nothing is wrong.\n", stderr: "" });
      await withClient((client) =>
        client.query(
          `DELETE FROM ${schema}.checkpoint_blobs WHERE thread_id = 'chat' AND channel = 'log'`,
        ),
      );
      const damaged = await waypost(["verify", "--schema", schema]);
      expect(damaged.code).toBe(1);
      expect(damaged.stdout).toContain("chat: missing: channel log");
      const [first] = (await waypost(["verify", "--json", "--schema", schema])).stdout.split("\n");
      expect(json(first ?? "")).toMatchObject({
        threadId: "chat",
        problems: expect.arrayContaining([expect.objectContaining({ kind: "missing" })]),
      });
    }));
});

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

  it("write one thread to a pipe, and refuse what is no export or was cut off", () =>
    withThreads((schema) =>
      withSchema(async (target) => {
        const { stdout } = await waypost(["export", "other", "--schema", schema]);
        expect(stdout).not.toContain('"thread_id":"chat"');
        const cut = await waypost(["import", "--schema", target], stdout.slice(0, -20));
        expect(cut).toMatchObject({ code: 1 });
        expect(cut.stderr).toContain("cut off");
        const threads = await waypost(["threads", "--json", "--schema", target]);
        expect(json(threads.stdout)).toEqual([]);
        expect((await waypost(["import", "--schema", target], "{}\n")).stderr).toContain(
          "first line",
        );
        const segments = /"segments":(null|"[^"]*")/;
        const lines = stdout.split("\n");
        const at = lines.findIndex((line) => segments.test(line));
        const bomb = JSON.stringify(`{${Array(1000).fill("134217728,134217828").join(",")}}`);
        for (const damaged of ['"{2,1}"', '"{1,NULL}"', "7", bomb]) {
          const line = (lines[at] ?? "").replace(segments, `"segments":${damaged}`);
          const refused = await waypost(
            ["import", "--schema", target],
            lines.with(at, line).join("\n"),
          );
          expect(refused.stderr).toContain(`Line ${at + 1} has segments`);
          expect(refused.code).toBe(1);
        }
        const none = await waypost(["threads", "--json", "--schema", target]);
        expect(json(none.stdout)).toEqual([]);
        expect((await waypost(["import", "--schema", target], stdout)).code).toBe(0);
        expect((await waypost(["export", "none", "--schema", schema])).stderr).toContain(
          'no thread "none"',
        );
      }),
    ));
});

describe.concurrent("waypost status and doctor", () => {
  it("say how large all is, and that all is well", () =>
    withThreads(async (schema) => {
      const status = await waypost(["status", "--schema", schema]);
      expect(status.stdout).toMatch(/checkpoint_blobs.*B.*\n[\s\S]*Biggest threads[\s\S]*chat/);
      const read = json((await waypost(["status", "--json", "--schema", schema])).stdout);
      expect(read.biggest[0]).toMatchObject({ thread: "chat" });
      expect(read.tables).toHaveLength(4);
      const doctor = await waypost(["doctor", "--schema", schema]);
      expect(doctor.stdout).toContain("Prepared statements work");
      expect(doctor.stdout).toContain("Tables, keys and rights are complete");
      // The server of the tests may have settings that nobody should have.
      expect(doctor.code).toBe(doctor.stdout.includes("✗") ? 1 : 0);
    }));

  it("find what is missing, and say what to do", () =>
    withSchema(async (schema) => {
      const none = await waypost(["doctor", "--schema", schema]);
      expect(none.code).toBe(1);
      expect(none.stdout).toContain("waypost setup");
      await waypost(["setup", "--schema", schema]);
      const url = new URL(databaseUrl());
      await withClient(async (client) => {
        await client.query(`CREATE ROLE ${schema} LOGIN PASSWORD 'hunter2';
          GRANT USAGE ON SCHEMA ${schema} TO ${schema};
          GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${schema};
          ALTER ROLE ${schema} SET synchronous_commit = off`);
      });
      try {
        url.username = schema;
        url.password = "hunter2";
        const poor = await waypost(["doctor", "--schema", schema], "", { DATABASE_URL: url.href });
        expect(poor.code).toBe(1);
        expect(poor.stdout).toContain("GRANT INSERT, UPDATE, DELETE ON");
        expect(poor.stdout).toContain("synchronous_commit is off");
        expect(poor.stdout + poor.stderr).not.toContain("hunter2");
      } finally {
        await withClient((client) => client.query(`DROP OWNED BY ${schema}; DROP ROLE ${schema}`));
      }
    }));
});

describe.concurrent("waypost doctor", () => {
  it("finds each right that is missing of any table, and none where all are there", () =>
    withSchema((schema) =>
      withRole(async ({ name: role, url }) => {
        const doctor = async (): Promise<{ level: string; what: string; advice?: string }[]> =>
          json(
            (await waypost(["doctor", "--json", "--schema", schema], "", { DATABASE_URL: url }))
              .stdout,
          );
        const query = (text: string) => withClient((client) => client.query(text));
        const about = async (text: string) =>
          (await doctor()).filter(({ what, advice = "" }) => (what + advice).includes(text));
        await query(setupScript(schema) + grants(schema, role));
        expect(await about("complete")).toMatchObject([{ level: "ok" }]);
        const all = Object.values(TABLES).flatMap(({ name, rights }) =>
          rights.map((right) => ({ name, right })),
        );
        await query(`REVOKE ALL ON ALL TABLES IN SCHEMA ${schema} FROM ${role}`);
        const found = await about("No right to");
        expect(await about("complete")).toEqual([]);
        for (const { name, right } of all) {
          const finding = found.find(({ what }) => what.includes(`on ${name}`));
          expect(finding).toMatchObject({
            level: name === TABLES.deleted.name ? "warning" : "problem",
            what: expect.stringContaining(right),
            advice: expect.stringContaining(`"${schema}".${name} TO`),
          });
        }
        await query(found.map(({ advice }) => advice?.replace(/ TO .*/, ` TO ${role};`)).join(""));
        expect(await about("complete")).toMatchObject([{ level: "ok" }]);
        await query(`REVOKE USAGE ON SCHEMA ${schema} FROM ${role}`);
        expect(await about("GRANT USAGE ON SCHEMA")).toMatchObject([{ level: "problem" }]);
      }),
    ));

  it("says who can make tables that are missing", () =>
    withSchema((schema) =>
      withRole(async ({ name: role, url }) => {
        const doctor = async () =>
          (await waypost(["doctor", "--schema", schema], "", { DATABASE_URL: url })).stdout;
        const query = (text: string) => withClient((client) => client.query(text));
        expect(await doctor()).toContain("as a role that may create schemas");
        await query(`CREATE SCHEMA ${schema}; GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
        expect(await doctor()).toContain("as a role that may create tables in the schema");
        await query(`GRANT CREATE ON SCHEMA ${schema} TO ${role}`);
        expect(await doctor()).toContain("Run `waypost setup`;");
        await query(`CREATE TABLE ${schema}.checkpoints ()`);
        expect(await doctor()).toContain("who owns checkpoints");
      }),
    ));

  it("tells of tables that the official saver made under the name without its capitals", () =>
    withSchema(async (schema) => {
      const query = (text: string) => withClient((client) => client.query(text));
      await query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.checkpoint_migrations ()`);
      const { stdout } = await waypost(["doctor", "--schema", schema.toUpperCase()]);
      expect(stdout).toContain(`pass --schema ${schema}`);
      expect((await waypost(["doctor", "--schema", schema])).stdout).not.toContain("capitals");
    }));

  it("names the version that is needed where the server is older", () => {
    expect(tooOld(130_023)).toMatchObject([
      { level: "problem", advice: expect.stringContaining("Postgres 14 or newer") },
    ]);
    expect(tooOld(140_000)).toEqual([]);
  });
});

describe.concurrent("waypost", () => {
  it.each<[string[], string]>([
    [["frobnicate"], "unknown command"],
    [["threads", "--limit", "0"], "whole number"],
    [["sweep"], "--older-than"],
    [["delete"], "name a thread"],
    [["prune", "x", "--older-than", "soon"], "30d"],
    [["show", "x", "--diff", "a"], "two checkpoints"],
  ])("ends with 2 for %j, and says what is wrong", async (args, expected) => {
    const { code, stderr, stdout } = await waypost(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(expected);
  });

  it("never prints the password, in its help or in an error", async () => {
    const url = "postgresql://ann:hunter2@127.0.0.1:1/none";
    for (const args of [["--help"], ["threads", "--help"], ["threads"], ["doctor"], ["setup"]]) {
      const { stdout, stderr } = await waypost(args, "", { DATABASE_URL: url });
      expect(stdout + stderr).not.toContain("hunter2");
      expect(stdout + stderr).not.toBe("");
    }
    const { code, stderr } = await waypost(["threads"], "", { DATABASE_URL: url });
    expect(code).toBe(1);
    expect(stderr).toContain("ECONNREFUSED");
    const broken = { DATABASE_URL: "postgresql://ann:hunter2#2@127.0.0.1/none" };
    const refused = await waypost(["threads"], "", broken);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("connection string can't be parsed");
    expect(refused.stderr).not.toContain("hunter2");
  });

  it("asks for a database where none is named", async () => {
    const { code, stderr } = await waypost(["threads"], "", {});
    expect(code).toBe(1);
    expect(stderr).toContain("DATABASE_URL");
  });
});
