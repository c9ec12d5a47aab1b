import { chainGraph, collect, databaseUrl, putChain, thread } from "@waypost/conformance/fixtures";
import { describe, expect, it } from "vitest";
import { Session } from "../src/session.ts";
import { history, type Step } from "../src/show/history.ts";
import { Thread } from "../src/show/thread.ts";
import { OpenThreads } from "../src/view/open-threads.ts";
import { outlineRows } from "../src/view/outline.ts";
import { withThreads } from "./fixtures.ts";
import { withResearch } from "./research.ts";

const sessionOn = (schema: string) => new Session({ database: databaseUrl(), schema, json: false });

/** Rows as text: what stands left of each, how it hangs together, and what it is. */
const drawn = (whole: Thread): string[] =>
  outlineRows(whole, new Map()).map((row) => {
    if (row.kind === "run") return `${row.lead}> ${row.name} ${row.steps}`;
    const from = { above: "", left: "\\", nothing: "+" }[row.from];
    return `${row.lead}${from}${row.current ? "*" : "o"}${row.down ? "" : "."} ${row.step} ${row.source}`;
  });

const step = (id: number, parent: number | null, more: Partial<Step> = {}): Step => ({
  ...{ id: String(id).padStart(6, "0"), namespace: "", ts: null, source: "loop", step: id },
  ...{ parent: parent === null ? null : String(parent).padStart(6, "0") },
  ...{ versions: {}, seen: {}, around: {} },
  ...more,
});

describe.concurrent("the picture of a thread", () => {
  it("has the current branch straight, others beside it, and subgraphs below the step that ran them", () =>
    withResearch(async (schema) => {
      await using session = sessionOn(schema);
      expect(drawn(new Thread(await history(session, "research")))).toEqual([
        "+* -1 input",
        "* 0 loop",
        "#\\o. 1 update",
        "#\\o. 1 update",
        "* 1 loop",
        "* 2 loop",
        "#> lookup 4",
        "#* -1 input",
        "#* 0 loop",
        "#* 1 loop",
        "#*. 2 loop",
        "* 3 loop",
        "*. 4 loop",
      ]);
    }));

  it("draws branches of branches right below the step that they fork from", () => {
    const steps = [step(1, null), step(2, 1), step(3, 2), step(4, 2), step(5, 4), step(6, 1)];
    expect(drawn(new Thread(steps))).toEqual([
      "+* 1 loop",
      "#\\o 2 loop",
      "#|\\o. 3 loop",
      "#o 4 loop",
      "#o. 5 loop",
      "*. 6 loop",
    ]);
  });

  it("draws what has lost its parent, and threads of any length and depth", () => {
    expect(drawn(new Thread([step(1, 0), step(2, 9)]))).toEqual(["+o. 1 loop", "+*. 2 loop"]);
    const long = Array.from({ length: 20_000 }, (_, i) => step(i + 1, i === 0 ? null : i));
    expect(outlineRows(new Thread(long), new Map())).toHaveLength(20_000);
    const nested = long.flatMap((one, i) => [one, step(30_000 + i, i + 1)]);
    const rows = outlineRows(new Thread(nested), new Map());
    expect(rows).toHaveLength(40_000);
    expect(Math.max(...rows.map(({ lead }) => lead.length))).toBeLessThanOrEqual(10);
    const star = [step(1, null), ...Array.from({ length: 20_000 }, (_, i) => step(i + 2, 1))];
    expect(outlineRows(new Thread(star), new Map())).toHaveLength(20_001);
  });
});

describe.concurrent("a thread that is looked at again", () => {
  it("is read again only where something has changed, and then as it is now", () =>
    withThreads(async (schema, saver) => {
      await using session = sessionOn(schema);
      const threads = new OpenThreads(session);
      const ids = async () => (await threads.at("chat")).thread.steps.map(({ id }) => id);
      const stored = async () =>
        (await collect(saver.list(thread("chat"))))
          .map(({ checkpoint }) => checkpoint.id)
          .reverse();
      expect(await ids()).toEqual(await stored());
      expect(await threads.at("chat")).toBe(await threads.at("chat"));
      await chainGraph(saver).invoke({ log: ["more"] }, thread("chat"));
      expect(await ids()).toEqual(await stored());
      await saver.prune(["chat"], { keepLast: 2 });
      expect(await ids()).toEqual(await stored());
      await saver.deleteThread("chat");
      await expect(threads.at("chat")).rejects.toThrow("There is no such thread.");
      await putChain(saver, "chat", 3, () => ({ log: 1 }));
      expect(await ids()).toEqual(await stored());
    }));

  it("has the steps of a process whose clock is late", () =>
    withThreads(async (schema, saver) => {
      await using session = sessionOn(schema);
      const threads = new OpenThreads(session);
      const before = (await threads.at("chat")).thread.steps;
      const [newest] = await collect(saver.list(thread("chat"), { limit: 1 }));
      if (newest === undefined) throw new Error("The fixture has no checkpoints.");
      const late = `0${newest.checkpoint.id.slice(1)}`;
      const config = { configurable: { thread_id: "chat", checkpoint_ns: "" } };
      await saver.put(
        config,
        { ...newest.checkpoint, id: late },
        { source: "loop", step: 1, parents: {} },
        {},
      );
      const after = (await threads.at("chat")).thread.steps;
      expect(after).toHaveLength(before.length + 1);
      expect(after[0]?.id).toBe(late);
    }));
});
