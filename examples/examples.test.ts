import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { CONVERSATIONS, EXAMPLES, type Example, environment } from "./examples.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "waypost-examples-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** As a user runs it, hence against the built packages; rejects unless it exits with 0. */
async function output(example: Example, file: string, ...args: string[]): Promise<string> {
  const { OPENAI_API_KEY: _, ...env } = environment(example, process.env.DATABASE_URL, folder);
  const cwd = join(HERE, example.folder);
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...args], { cwd, env });
  return stdout;
}

async function play(example: Example): Promise<string[]> {
  const outputs: string[] = [];
  for (const { file, args } of example.steps) outputs.push(await output(example, file, ...args));
  return outputs;
}

const played = new Map<Example, Promise<string[]>>();

/** What each process of an example prints when `npm start` runs it. */
function outputs(example: Example): Promise<string[]> {
  const result = played.get(example) ?? play(example);
  played.set(example, result);
  return result;
}

function exampleIn(name: string): Example {
  const example = EXAMPLES.find((each) => each.folder === name);
  if (example === undefined) throw new Error(`No example in ${name}`);
  return example;
}

const lines = (text: string): string[] => text.split("\n").map((line) => line.trim());

const linesFrom = (text: string, start: string): string[] => lines(text.slice(text.indexOf(start)));

const SUNNY = "agent: It's always sunny in sf.";
const CLOUDY = "agent: It might be cloudy in nyc.";
const NO_JACKET = "agent: No jacket needed: it's always sunny in sf.";
const JACKET = "agent: Take a jacket: it might be cloudy in nyc.";

describe.each(CONVERSATIONS)("the example of: $title", (example) => {
  const [city, there, advice, other, elsewhere] =
    example.folder === "stream"
      ? ["nyc", CLOUDY, JACKET, "sf", SUNNY]
      : ["sf", SUNNY, NO_JACKET, "nyc", CLOUDY];

  it("continues a conversation in a process of its own", async () => {
    const [first = "", second = ""] = await outputs(example);
    expect(lines(first)).toContain(there);
    // The question names no city: the answer is in what the first process left.
    const answer = linesFrom(second, "human:").slice(0, 2);
    expect(answer).toEqual(["human: do I need a jacket there?", advice]);
  });

  it("forks it, and both branches are intact", async () => {
    const [, , third = ""] = await outputs(example);
    expect(linesFrom(third, 'branch "original"').slice(1, 4)).toEqual([
      `human: what's the weather in ${city}`,
      "human: do I need a jacket there?",
      advice,
    ]);
    expect(linesFrom(third, 'branch "fork"').slice(1, 5)).toEqual([
      `human: what's the weather in ${city}`,
      `human: and what's the weather in ${other}?`,
      elsewhere,
      "both branches are intact",
    ]);
  });
});

describe("the example pool", () => {
  it("fails where the first act left nothing", async () => {
    const empty = output(exampleIn("pool"), "index.ts", "follow-up", "empty");
    await expect(empty).rejects.toThrow("The thread is empty");
  });
});

describe.each(["transaction", "kysely-transaction"])("the example %s", (name) => {
  it("commits and rolls back checkpoints and rows together", async () => {
    const [, , third = "", fourth = ""] = await outputs(exampleIn(name));
    const [, committed] = /now there are (.*)/.exec(third) ?? [];
    expect(committed).toMatch(/^\d+ checkpoints and 3 questions$/);
    expect(fourth).toContain(`rolled back together, still there are ${committed}\n`);
  });
});

describe("the example stream", () => {
  it("stops reading the history where it finds what it looks for", async () => {
    const found = (await outputs(exampleIn("stream"))).at(-1) ?? "";
    expect(lines(found.replace(/…[-\w]+/g, "…"))).toEqual([
      "step 8, checkpoint …",
      "step 7, checkpoint …",
      "tool: It's always sunny in sf",
      "the tool's last answer, found after 2 of 13 checkpoints",
      "",
    ]);
  });
});

describe("the example kysely", () => {
  it("queries threads next to the application's own table", async () => {
    const threads = (await outputs(exampleIn("kysely"))).at(-1);
    expect(threads).toMatch(
      /^ {2}Ada: thread weather-chat, at step 8 since \d{4}-\d\d-\d\dT\S+Z\n$/,
    );
  });
});

describe("the example drivers", () => {
  it("remembers in PGlite too", async () => {
    expect((await outputs(exampleIn("drivers"))).at(-1)).toContain(NO_JACKET);
  });

  it("says which drivers there are", async () => {
    const unknown = output(exampleIn("drivers"), "index.ts", "--driver", "mysql", "ask");
    const message = 'No driver "mysql"; there are pg, postgres-js, kysely, kysely-pglite.';
    await expect(unknown).rejects.toThrow(message);
  });
});

describe("the threads of docs/tutorial.md", () => {
  it.each([
    ["single-connection", "1"],
    ["pool", "1"],
    ["stream", "2"],
    ["connection-string", "3"],
  ])("%s talks in thread %s", async (name, thread) => {
    const [asked = ""] = await outputs(exampleIn(name));
    expect(asked).toMatch(new RegExp(`^ {2}process \\d+, thread ${thread}\n`));
  });
});

describe("the example session", () => {
  it("asks in a thread, lists its checkpoints and deletes it", async () => {
    const [first = "", second = "", history = "", end] = await outputs(exampleIn("session"));
    expect(lines(first)[0]).toBe("session_123, 4 messages");
    expect(lines(second)).toContain(JACKET);
    expect(lines(history.replace(/…[-\w]+/g, "…")).slice(0, 2)).toEqual([
      "step 6, checkpoint …: 6 messages",
      "step 5, checkpoint …: 5 messages",
    ]);
    expect(lines(history)).toHaveLength(9);
    expect(end).toBe("  session_123: nothing is left\n");
  });

  it("knows two cities", async () => {
    const session = exampleIn("session");
    const answer = await output(session, "index.ts", "what's the weather in paris");
    await output(session, "forget.ts");
    expect(lines(answer)).toContain("tool: Unknown city");
  });
});

describe("the example switch", () => {
  it("continues a thread of the official saver, which continues it in turn", async () => {
    const outputsOfAll = await outputs(exampleIn("switch"));
    expect(outputsOfAll.flatMap((each) => [lines(each)[0], lines(each)[2]])).toEqual([
      "PostgresSaver: 2 messages in the thread",
      "agent: message 1, visit 1",
      "PgSaver: 4 messages in the thread",
      "agent: message 3, visit 2",
      "PostgresSaver: 6 messages in the thread",
      "agent: message 5, visit 3",
    ]);
  });
});

describe("the example http", () => {
  it("streams the answer, and says 409 while another run has the thread", async () => {
    const [asked = "", followed = ""] = await outputs(exampleIn("http"));
    expect(lines(asked)).toEqual([
      "200, text/event-stream",
      'data: {"type":"tool","text":"It\'s always sunny in sf"}',
      'data: {"type":"ai","text":"It\'s always sunny in sf."}',
      "409 while another run has the thread",
      "",
    ]);
    expect(followed).toContain('"No jacket needed: it\'s always sunny in sf."');
  });

  it.each(["Express", "Fastify"])("does the same in %s", async (framework) => {
    const example = exampleIn("http");
    const i = example.steps.findIndex(({ file }) => file === `${framework.toLowerCase()}.ts`);
    expect(lines((await outputs(example))[i] ?? "")).toEqual([
      "200, text/event-stream",
      'data: {"type":"tool","text":"It might be cloudy in nyc"}',
      'data: {"type":"ai","text":"It might be cloudy in nyc."}',
      "409 while another run has the thread",
      "",
    ]);
  });
});

describe("the example orms", () => {
  it("commits and rolls back an order and a run together", async () => {
    const printed = (await outputs(exampleIn("orms"))).flatMap((each) => lines(each).slice(0, 2));
    const names = ["Drizzle", "Drizzle over postgres.js", "Knex", "TypeORM"];
    expect(printed).toEqual(
      names.flatMap((name) => [
        `${name}: committed 1 order, 2 messages`,
        `${name}: after a rollback still 1 order, 2 messages`,
      ]),
    );
  });
});

describe("the example nextjs", () => {
  it("answers, keeps its pool over a reload, and says 409 while another run has the thread", async () => {
    const [asked = "", followed = ""] = await outputs(exampleIn("nextjs"));
    expect(lines(asked)).toEqual([
      "200: It might be cloudy in nyc.",
      "the same pool after a reload: true",
      "409 while another run has the thread",
      "",
    ]);
    expect(followed).toContain("200: Take a jacket: it might be cloudy in nyc.");
  });
});

describe("the example human-in-the-loop", () => {
  const example = exampleIn("human-in-the-loop");

  it("waits for an answer in Postgres, and another process goes on with it", async () => {
    const [request = "", answer = ""] = await outputs(example);
    expect(lines(request).slice(1)).toEqual([
      "checking: the order allows a refund of 40 euros",
      "waiting for an answer to: Refund 40 euros?",
      "",
    ]);
    expect(lines(answer).slice(1)).toEqual(["Refund 40 euros? yes", "paying 40 euros", ""]);
  });

  it("takes no for an answer, once", async () => {
    await output(example, "request.ts", "70", "other");
    const answer = await output(example, "answer.ts", "no", "other");
    expect(lines(answer).slice(1)).toEqual(["Refund 70 euros? no", "paying nothing", ""]);
    const again = output(example, "answer.ts", "yes", "other");
    await expect(again).rejects.toThrow("Nothing waits for an answer");
  });
});

describe("the example embed", () => {
  it("waits for approval, and another server goes on with it", async () => {
    const [asked = "", approved = ""] = await outputs(exampleIn("embed"));
    expect(lines(asked).slice(-4)).toEqual([
      "updates of __interrupt__",
      expect.stringContaining('{"actionRequests":[{"name":"get_weather","args":{"city":"sf"'),
      "3 checkpoints in the history",
      "",
    ]);
    expect(lines(approved).slice(-3)).toEqual([
      "answer: It's always sunny in sf.",
      "7 checkpoints in the history",
      "",
    ]);
  });
});

describe("the example time-travel", () => {
  it("goes on from an edited checkpoint, and another process reads both branches", async () => {
    const [asked = "", travelled = "", branches = ""] = await outputs(exampleIn("time-travel"));
    expect(lines(asked)).toContain(SUNNY);
    expect(lines(travelled)).toContain(CLOUDY);
    expect(lines(branches.replace(/…[-\w]+/g, "…"))).toEqual([
      "a branch ends at checkpoint …, step 4",
      "human: what's the weather in sf",
      CLOUDY,
      "a branch ends at checkpoint …, step 3",
      "human: what's the weather in sf",
      SUNNY,
      "",
    ]);
  });
});

describe("the example opentelemetry", () => {
  it("shows what a request cost, as spans below its own", async () => {
    const [asked = ""] = await outputs(exampleIn("opentelemetry"));
    const spans = linesFrom(asked, "spans").slice(1);
    expect(spans).toContain("put: 1 statement, 1 row, INTERNAL");
    expect(spans.filter((line) => line.startsWith("put:"))).toHaveLength(5);
    expect(
      spans.filter((line) => /^waypost_\w+: \d+ rows?, CLIENT, postgresql$/.test(line)),
    ).not.toEqual([]);
    expect(asked).toMatch(/all \d+ below "ask"/);
  });

  it("shows errors with their code", async () => {
    const error = (await outputs(exampleIn("opentelemetry"))).at(-1) ?? "";
    // Two locks, and a look at both threads.
    expect(lines(error)).toContain(
      "copyThread: 3 statements, 3 rows, INTERNAL, error WAYPOST_NO_THREAD",
    );
  });
});

describe("the examples", () => {
  const folders = readdirSync(HERE, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "agent")
    .map(({ name }) => name);

  it("are all run by npm start", () => {
    expect(new Set(EXAMPLES.map((example) => example.folder))).toEqual(new Set(folders));
  });

  it("are all listed in the README", () => {
    const readme = readFileSync(join(HERE, "../README.md"), "utf8");
    const link = (name: string) => `[examples/${name}](examples/${name})`;
    expect(folders.filter((name) => !readme.includes(link(name)))).toEqual([]);
  });
});
