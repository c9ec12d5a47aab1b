import { AIMessage, HumanMessage } from "@langchain/core/messages";
import {
  Annotation,
  DeltaChannel,
  entrypoint,
  START,
  StateGraph,
  task,
} from "@langchain/langgraph";
import {
  approvalGraph,
  chainGraph,
  collect,
  databaseUrl,
  thread,
  withClient,
  withSchema,
} from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import { describe, expect, it } from "vitest";
import encrypting from "./encrypting.ts";
import { json, withThreads } from "./fixtures.ts";
import { withResearch } from "./research.ts";
import { inTerminal, waypost } from "./run.ts";

const SERDE = new URL("encrypting.ts", import.meta.url).pathname;

const environment = (more: Record<string, string> = {}) => ({
  DATABASE_URL: databaseUrl(),
  ...more,
});

/** A drawing without what differs from run to run. */
const stable = (drawing: string) =>
  drawing
    .replaceAll(/(?<=[●○] )\S+/g, "ID")
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g, "TIME")
    .replaceAll(/(?<=· (waited )?)\d+(\.\d)? (ms|s)(?= ·)/g, "DURATION");

describe.concurrent("waypost show", () => {
  it("draws forks, a subgraph, answered questions and a failed node", ({ expect }) =>
    withResearch(async (schema) => {
      const env = environment({ COLUMNS: "120" });
      const { stdout, stderr } = await waypost(["show", "research", "--schema", schema], "", env);
      expect(stderr).toBe("");
      await expect(stable(stdout)).toMatchFileSnapshot("snapshots/show-research.txt");
    }));

  it("fits 80 columns, and shows as few steps as are asked for", () =>
    withResearch(async (schema) => {
      const all = (await waypost(["show", "research", "--schema", schema])).stdout.split("\n");
      expect(all.filter((line) => line.length > 80)).toEqual([]);
      const args = ["show", "research", "--limit", "2", "--schema", schema];
      const few = (await waypost(args)).stdout;
      expect(few).toContain("… 6 earlier steps");
      expect(few.match(/^[●○]/gm)).toHaveLength(2);
      expect(few).toContain("step 4 gather");
    }));

  it("prints the conversation alone", () =>
    withResearch(async (schema) => {
      const { stdout } = await waypost(["show", "research", "--messages", "--schema", schema]);
      expect(stdout).toBe(
        [
          ...["human", "  What's the weather in Oslo?", ""],
          ...["ai", '  → weather(city: "Oslo")', ""],
          ...["tool weather", "  21 °C,", "  light rain", "", ""],
        ].join("\n"),
      );
    }));

  it("tells in JSON what waits, failed and is next", () =>
    withResearch(async (schema) => {
      const { stdout } = await waypost(["show", "research", "--json", "--schema", schema]);
      const steps = json(stdout);
      expect(steps.at(-1)).toMatchObject({
        current: true,
        nodes: ["gather"],
        pending: [
          { node: "mail", state: "done" },
          { node: "mail", state: "failed", error: expect.stringContaining("550") },
        ],
        next: [],
      });
      const forks = steps.filter(({ source }: { source: string }) => source === "update");
      expect(forks).toMatchObject([{ next: ["lookup"] }, { current: false, next: ["lookup"] }]);
    }));

  it("asks an open question at the top and at its step", () =>
    withSchema(async (schema) => {
      await using saver = PgSaver.fromConnString(databaseUrl(), { schema });
      await saver.setup();
      await approvalGraph(saver).invoke({ log: [] }, thread("1"));
      const { stdout } = await waypost(["show", "1", "--schema", schema]);
      expect(stdout).toMatch(/^interrupted in ask: approve\?$/m);
      expect(stdout).toMatch(/^ {4}⏸ ask: approve\?\n {4}✓ beside {2}done, waits for the others$/m);
    }));

  it("knows a finished thread, and one that stopped between two nodes", () =>
    withThreads(async (schema, saver) => {
      const { stdout } = await waypost(["show", "other", "--schema", schema]);
      expect(stdout).toMatch(/^finished$/m);
      const graph = chainGraph(saver);
      await graph.invoke({ log: [] }, { ...thread("stopped"), interruptBefore: ["b"] });
      const stopped = (await waypost(["show", "stopped", "--schema", schema])).stdout;
      expect(stopped).toMatch(/^not finished, next: b$/m);
      expect(stopped).toMatch(/^ {4}▶ next: b$/m);
    }));

  it("puts a conversation of a delta channel together", () =>
    withSchema(async (schema) => {
      await using saver = PgSaver.fromConnString(databaseUrl(), { schema });
      await saver.setup();
      const State = Annotation.Root({
        messages: new DeltaChannel<unknown[], unknown[]>((all, writes) => [
          ...(all ?? []),
          ...(writes as unknown[][]).flat(),
        ]),
      });
      const graph = new StateGraph(State)
        .addNode("reply", () => ({ messages: [new AIMessage("Hello!")] }))
        .addEdge(START, "reply")
        .compile({ checkpointer: saver });
      await graph.invoke({ messages: [new HumanMessage("Hi")] }, thread("1"));
      const { stdout } = await waypost(["show", "1", "--messages", "--schema", schema]);
      expect(stdout).toBe("human\n  Hi\n\nai\n  Hello!\n\n");
    }));

  it("tells what functions and tasks of the functional API did", () =>
    withSchema(async (schema) => {
      await using saver = PgSaver.fromConnString(databaseUrl(), { schema });
      await saver.setup();
      const add = task("add", async (n: number) => {
        if (n === 3) throw new RangeError("three is too much");
        return n + 1;
      });
      const flow = entrypoint({ name: "flow", checkpointer: saver }, (n: number) => add(n));
      await flow.invoke(1, thread("adds"));
      await flow.invoke(3, thread("fails")).catch(() => {});
      const adds = (await waypost(["show", "adds", "--schema", schema])).stdout;
      expect(adds).toMatch(/^finished$/m);
      expect(adds).toMatch(/step 0 flow, add ◀ current/);
      const fails = (await waypost(["show", "fails", "--schema", schema])).stdout;
      expect(fails).toMatch(/^failed in a task: RangeError: three is too much$/m);
      expect(fails).toMatch(/✗ flow {2}stopped, runs again/);
    }));

  it("names the nodes that a task can be of, where only the official saver stored it", () =>
    withSchema(async (schema) => {
      await using saver = PgSaver.fromConnString(databaseUrl(), { schema });
      await saver.setup();
      await approvalGraph(saver).invoke({ log: [] }, thread("1"));
      await withClient((client) =>
        client.query(`UPDATE ${schema}.checkpoint_writes SET task_path = ''`),
      );
      const { stdout } = await waypost(["show", "1", "--schema", schema]);
      expect(stdout).toMatch(/^interrupted in (ask or beside|beside or ask): approve\?$/m);
      expect(stdout).toMatch(/step 1 before ◀ current/);
    }));

  it("takes the beginning of an id and latest, and lists what is ambiguous", () =>
    withThreads(async (schema, saver) => {
      const ids = (await collect(saver.list(thread("chat")))).map(
        ({ checkpoint }) => checkpoint.id,
      );
      const [newest = "", second = ""] = ids;
      const show = async (...args: string[]) =>
        waypost(["show", "chat", ...args, "--json", "--schema", schema]);
      expect(json((await show("--checkpoint", "latest")).stdout).id).toBe(newest);
      expect(json((await show("--checkpoint", second.slice(0, 20))).stdout).id).toBe(second);
      const { code, stderr } = await show("--checkpoint", newest.slice(0, 2));
      expect(code).toBe(1);
      expect(stderr).toContain("type more of it");
      expect(stderr).toContain(newest);
    }));

  it("says which values it can't read, and reads them with the application's serializer", () =>
    withSchema(async (schema) => {
      await using saver = PgSaver.fromConnString(databaseUrl(), { schema, serde: encrypting });
      await saver.setup();
      await approvalGraph(saver).invoke({ log: ["secret"] }, thread("1"));
      const show = (...args: string[]) => waypost(["show", "1", ...args, "--schema", schema]);
      const unread = (await show()).stdout;
      expect(unread).toMatch(/log {2}unreadable: encrypted; pass --serde FILE/);
      expect((await show("--checkpoint", "latest")).stdout).toContain(
        "log: <unreadable: encrypted",
      );
      const read = (await show("--serde", SERDE)).stdout;
      expect(read).toContain("log  [ 'secret' ]");
      expect(read).toContain("⏸ ask: approve?");
      expect((await show("--serde", "package.json")).stderr).toContain("--serde");
      const wrong = await show("--serde", new URL("run.ts", import.meta.url).pathname);
      expect(wrong).toMatchObject({ code: 1, stdout: "" });
      expect(wrong.stderr).toContain("is no serializer");
    }));

  it("pages on a terminal, and prints plainly where there is no such pager", () =>
    withThreads(async (schema) => {
      const show = (PAGER: string) =>
        inTerminal(["show", "chat", "--schema", schema], "", { PAGER });
      const paged = await show("sed 's/^/paged: /'");
      expect(paged.code).toBe(0);
      expect(paged.stdout).toMatch(/^paged: .*thread chat/m);
      expect((await show("no-such-pager")).stdout).toMatch(/thread chat/);
    }));

  it("has its version and examples in its help", async () => {
    expect((await waypost(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await waypost(["show", "--help"])).stdout).toContain("waypost show 42 --messages");
  });
});
