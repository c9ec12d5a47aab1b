import { databaseUrl, withClient, withRole, withSchema } from "@waypost/conformance/fixtures";
import { describe, expect, it } from "vitest";
import { withThreads } from "./fixtures.ts";
import { inTerminal, start, waypost } from "./run.ts";

const GOOD = "postgresql://ann:hunter2@127.0.0.1:1/app";

/** What DATABASE_URL holds by mistake, and what the tool must say. */
const STRINGS: [string, string | undefined, string][] = [
  ["nothing", undefined, "Set DATABASE_URL, or pass --database URL. This tool reads no file"],
  ["a URL in quotes", `"${GOOD}"`, "The connection string is in quotes"],
  ["a URL without its scheme", "ann:hunter2@127.0.0.1/app", "has no scheme"],
  ["a URL of MySQL", "mysql://ann:hunter2@127.0.0.1/app", "Waypost needs Postgres"],
  ["a URL of Prisma", "prisma://accelerate.prisma-data.net/?api_key=hunter2", "DIRECT_URL"],
  ["keys and values", "host=127.0.0.1 password=hunter2", "keys and values"],
  ["a raw #", GOOD.replace("@", "#1@"), "encodeURIComponent"],
  ["several hosts", GOOD.replace(":1/", ":1,localhost:2/"), "names several hosts"],
  ["a server that is down", GOOD, "Postgres can't be reached at 127.0.0.1:1; check host and port"],
];

const changed = (change: (url: URL) => void): string => {
  const url = new URL(databaseUrl());
  change(url);
  return url.href;
};

/** Of the tables of a schema that is not set up. */
const MISSING =
  /^error: The tables are missing in schema "nowhere" of database "postgres" on 127\.0\.0\.1:\d+, or out of date; run `waypost setup`, or pass --schema where they lie\.\n/;

describe.concurrent("a mistake", () => {
  it.each(STRINGS)("of %s in DATABASE_URL is named", async (_, url, says) => {
    const { code, stdout, stderr } = await waypost(["threads"], "", { DATABASE_URL: url });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(says);
    expect(stderr).not.toContain("hunter2");
  });

  it.each([
    [["threads"]],
    [["status"]],
    [["show", "1"]],
    [["export"]],
    [["delete", "1", "--yes"]],
    [["storage"]],
  ])(
    "of a schema without tables is named by %j, with the command that makes them",
    async (args) => {
      const { code, stderr } = await waypost([...args, "--schema", "nowhere"]);
      expect(code).toBe(1);
      expect(stderr).toMatch(MISSING);
    },
  );

  it("of a database that does not exist, and of TLS that is not there, is named", async () => {
    const none = changed((url) => {
      url.pathname = "/none";
    });
    expect((await waypost(["status"], "", { DATABASE_URL: none })).stderr).toContain(
      "The database does not exist; check the connection settings (3D000).",
    );
    const tls = { DATABASE_URL: `${databaseUrl()}?sslmode=require` };
    expect((await waypost(["status"], "", tls)).stderr).toContain("ask for TLS, and the server");
  });

  it("of a role without rights names schema and database", () =>
    withThreads((schema) =>
      withRole(async ({ url }) => {
        const { code, stderr } = await waypost(["threads", "--schema", schema], "", {
          DATABASE_URL: url,
        });
        expect(code).toBe(1);
        expect(stderr).toContain(`lacks a privilege on schema "${schema}" of database "postgres"`);
        expect(stderr).toContain("`waypost doctor` names missing privileges");
      }),
    ));

  it("of parameters that other clients know is none", () =>
    withThreads(async (schema) => {
      const DATABASE_URL = `${databaseUrl()}?pgbouncer=true&schema=app&channel_binding=prefer`;
      const { code } = await waypost(["threads", "--schema", schema], "", { DATABASE_URL });
      expect(code).toBe(0);
    }));

  it.each([
    [["threads", "--limt", "5"], "Did you mean --limit?"],
    [["prune", "1", "--keeplast", "5"], "Did you mean --keep-last?"],
    [["thread"], "Did you mean threads?"],
  ])("of the command line %j names the nearest", async (args, says) => {
    const { code, stderr } = await waypost(args);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });

  it.each([
    [["show", "none"]],
    [["copy", "none", "other"]],
    [["delete", "none", "--yes"]],
    [["prune", "none", "--keep-last", "1", "--yes"]],
    [["verify", "none"]],
    [["export", "none"]],
    [["storage", "rewrite", "none"]],
  ])("of a thread that is not there is the same error everywhere: %j", (args) =>
    withThreads(async (schema) => {
      const { code, stdout, stderr } = await waypost([...args, "--schema", schema]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(
        new RegExp(
          `^error: There is no thread "none" in schema "${schema}" of database "postgres" on .*\\.\\n$`,
        ),
      );
    }),
  );

  it("of a target that exists names --overwrite", () =>
    withThreads(async (schema) => {
      const { stderr } = await waypost(["copy", "chat", "other", "--schema", schema]);
      expect(stderr).toBe(
        "error: The target thread exists; choose another id, or pass --overwrite to replace it.\n",
      );
    }));
});

/** What removes or replaces, and what its question must name. */
const QUESTIONS: [string[], string][] = [
  [["delete", "chat"], 'Delete thread "chat" from'],
  [["delete", "chat", "other"], 'Delete 2 threads ("chat", "other") from'],
  [["delete", "--run", "r1"], 'Delete what run "r1" stored in any thread from'],
  [
    ["prune", "chat", "--keep-last", "5"],
    'Remove all checkpoints but the newest 5 of each namespace of thread "chat" from',
  ],
  [["prune", "chat", "--strategy", "delete"], 'Delete thread "chat" from'],
  [
    ["sweep", "--older-than", "2026-01-31"],
    "Remove checkpoints from before 2026-01-31 00:00:00Z of all threads, and what nothing refers to, from",
  ],
  [["copy", "chat", "other", "--overwrite"], 'Replace thread "other" in'],
  [["verify", "--repair"], "Remove orphaned values and writes of all threads from"],
];

describe.concurrent("a question", () => {
  it.each(QUESTIONS)("of %j names what goes, and from which database", (args, says) =>
    withThreads(async (schema) => {
      const { code, stderr } = await waypost([...args, "--schema", schema]);
      expect(code).toBe(2);
      expect(stderr).toContain(`error: ${says} schema "${schema}" of database "postgres" on 127.`);
      expect(stderr).toContain("pass --yes");
    }),
  );

  it.each([
    ["Ctrl-C", "\u0003", 130],
    ["Ctrl-D", "\u0004", 1],
  ])("that is answered with %s changes nothing", (_, key, exitCode) =>
    withThreads(async (schema, saver) => {
      const { code, stdout } = await inTerminal(["delete", "chat", "--schema", schema], key);
      expect(code).toBe(exitCode);
      expect(stdout).not.toContain("Warning");
      expect(await saver.getTuple({ configurable: { thread_id: "chat" } })).toBeDefined();
    }),
  );
});

describe.concurrent("Ctrl-C", () => {
  it.each([
    ["status", []],
    ["delete", ["chat", "--yes"]],
    ["sweep", ["--keep-last", "1", "--yes"]],
  ])("ends %s with 130, though the server does not answer", (command, args) =>
    withThreads((schema) =>
      withClient(async (client) => {
        await client.query("BEGIN");
        await client.query(`LOCK TABLE ${schema}.checkpoints IN ACCESS EXCLUSIVE MODE`);
        const running = start([command, ...args, "--schema", schema]);
        const waiting = `SELECT FROM pg_locks WHERE NOT granted AND relation = '${schema}.checkpoints'::regclass`;
        while ((await client.query(waiting)).rowCount === 0);
        running.kill("SIGINT");
        expect(await running.ended).toMatchObject({ code: 130, stdout: "" });
        await client.query("ROLLBACK");
      }),
    ),
  );
});

describe.concurrent("a table", () => {
  const long = `tenant-7:${"a-long-id-".repeat(12)}`;

  it("fits 80 columns of a terminal, and is a line a row in a pipe", () =>
    withThreads(async (schema, saver) => {
      await saver.copyThread("chat", long);
      for (const args of [
        ["threads"],
        ["status"],
        ["estimate", "--threads-per-day", "9000", "--turns", "9"],
      ]) {
        const env = { COLUMNS: "80", NO_COLOR: "1" };
        const { stdout } = await inTerminal([...args, "--schema", schema], undefined, env, 80);
        const widths = stdout.split(/\r?\n/).map((line) => line.length);
        expect(Math.max(...widths)).toBeLessThanOrEqual(80);
        expect(stdout).not.toContain("\u001b");
      }
      const sweep = ["sweep", "--keep-last", "9", "--yes", "--schema", schema];
      const { stdout } = await inTerminal(sweep, undefined, { NO_COLOR: "1" });
      expect(stdout).toContain("Sweeping");
      expect(stdout).not.toContain("\u001b[3");
      const piped = await waypost(["threads", "--schema", schema]);
      expect(piped.stdout).toMatch(
        new RegExp(`^${long} +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ `, "m"),
      );
    }));

  it("without rows has its head", () =>
    withSchema(async (schema) => {
      await waypost(["setup", "--schema", schema]);
      const { stdout } = await waypost(["threads", "--schema", schema]);
      expect(stdout).toMatch(/^thread +updated/);
    }));
});
