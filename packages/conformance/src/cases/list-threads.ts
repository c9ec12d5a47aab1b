import { Command } from "@langchain/langgraph";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { withSaver } from "../database.ts";
import {
  approvalGraph,
  chainGraph,
  failingGraph,
  nestedApprovalGraph,
  nestedGraph,
  resumeWith,
  thread,
  twoQuestionsGraph,
} from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";

type Options = Parameters<Saver["listThreads"]>[0];

const idsOf = async (saver: Saver, options?: Options) =>
  (await saver.listThreads(options)).map(({ threadId }) => threadId);

/** The ids of all pages. */
async function pagesOf(saver: Saver, options: Options): Promise<string[][]> {
  const pages: string[][] = [];
  let page = await saver.listThreads(options);
  while (page.length > 0) {
    pages.push(page.map(({ threadId }) => threadId));
    page = await saver.listThreads({ ...options, after: page.at(-1) });
  }
  return pages;
}

const dayOf = (day: number) => new Date(Date.UTC(2026, 0, day));

/** A thread of one checkpoint, made on a day, with metadata of its own. */
const putOn = (saver: Saver, id: string, day: number, metadata: object = {}) =>
  saver.put(
    thread(id),
    { ...checkpoint({}), ts: dayOf(day).toISOString() },
    { ...METADATA, ...metadata },
    {},
  );

const statusOf = async (saver: Saver, id: string) =>
  (await saver.listThreads()).find(({ threadId }) => threadId === id)?.status;

export function listThreadsCases(mode: Mode): void {
  describe(`${mode.name}: listing threads`, () => {
    it("shows the newest first, with what is known of each", () =>
      withSaver(mode, async (saver) => {
        await nestedGraph(saver).invoke({ log: ["in"] }, thread("nested"));
        await chainGraph(saver).invoke({ log: ["in"] }, thread("chain"));
        const [chain, nested, ...others] = await saver.listThreads();
        const latest = await saver.getTuple(thread("chain"));
        expect(others).toEqual([]);
        expect(chain).toEqual({
          threadId: "chain",
          checkpointId: latest?.checkpoint.id,
          status: "idle",
          createdAt: expect.any(Date),
          updatedAt: new Date(latest?.checkpoint.ts ?? ""),
          source: "loop",
          step: 2,
          metadata: latest?.metadata,
          checkpoints: 4,
          namespaces: [""],
        });
        expect(nested).toMatchObject({ threadId: "nested", checkpoints: 7 });
        expect(nested?.namespaces).toEqual(["", "nested"]);
        await chainGraph(saver).invoke({ log: ["again"] }, thread("nested"));
        expect(await idsOf(saver)).toEqual(["nested", "chain"]);
      }));

    it("tells when the oldest and the newest checkpoint of the root graph were made", () =>
      withSaver(mode, async (saver) => {
        const first = await putOn(saver, "1", 1);
        const next = { ...checkpoint({}), ts: dayOf(3).toISOString() };
        await saver.put(first, next, METADATA, {});
        await saver.put(
          { configurable: { thread_id: "1", checkpoint_ns: "sub" } },
          {
            ...checkpoint({}),
            ts: dayOf(9).toISOString(),
          },
          METADATA,
          {},
        );
        expect(await saver.listThreads()).toMatchObject([
          { createdAt: dayOf(1), updatedAt: dayOf(3), checkpoints: 3, namespaces: ["", "sub"] },
        ]);
      }));

    it("pages without gaps and repetitions, also where threads are as new as each other", () =>
      withSaver(mode, async (saver) => {
        const same = checkpoint({});
        const ids = Array.from({ length: 7 }, (_, i) => `thread ${i}`);
        for (const id of ids) await saver.put(thread(id), same, METADATA, {});
        const [a, b, c, d, e, f, g] = [...ids].reverse();
        expect(await pagesOf(saver, { limit: 3 })).toEqual([[a, b, c], [d, e, f], [g]]);
        expect(await idsOf(saver)).toHaveLength(7);
      }));

    it("pages through what a filter, a prefix and times select", () =>
      withSaver(mode, async (saver) => {
        for (const day of [1, 2, 3, 4, 5, 6]) {
          for (const user of ["ann", "bob"]) await putOn(saver, `${user}:${day}`, day, { user });
        }
        const five = ["ann:6", "ann:5", "ann:4", "ann:3", "ann:2"];
        const pages = [five.slice(0, 2), five.slice(2, 4), five.slice(4)];
        const since = { limit: 2, updatedAfter: dayOf(2) };
        expect(await pagesOf(saver, { ...since, filter: { user: "ann" } })).toEqual(pages);
        expect(await pagesOf(saver, { ...since, prefix: "ann:" })).toEqual(pages);
      }));

    it("selects by the time of the newest checkpoint", () =>
      withSaver(mode, async (saver) => {
        for (const day of [1, 2, 3]) await putOn(saver, `${day}`, day);
        expect(await idsOf(saver, { updatedBefore: dayOf(3) })).toEqual(["2", "1"]);
        expect(await idsOf(saver, { updatedAfter: dayOf(2) })).toEqual(["3", "2"]);
        const between = { updatedAfter: dayOf(2), updatedBefore: dayOf(3) };
        expect(await idsOf(saver, between)).toEqual(["2"]);
      }));

    it.each(["a%", "a_", "a\\", "A", "ä", "a"])("selects by the prefix %j as it is", (prefix) =>
      withSaver(mode, async (saver) => {
        for (const id of ["a%1", "a_1", "a\\1", "A1", "ä1", "b"]) await putOn(saver, id, 1);
        const expected = ["a%1", "a_1", "a\\1", "A1", "ä1", "b"].filter((id) =>
          id.startsWith(prefix),
        );
        expect((await idsOf(saver, { prefix })).sort()).toEqual(expected.sort());
      }),
    );

    it.each([
      ["limit", { limit: 0 }],
      ["after", { after: "1" }],
      ["after.checkpointId", { after: { threadId: "1" } }],
      ["filter.user", { filter: { user: undefined } }],
      ["prefix", { prefix: 1 }],
      ["status", { status: "busy" }],
      ["updatedAfter", { updatedAfter: new Date("never") }],
      ["updatedBefore", { updatedBefore: 1 }],
    ])("refuses a wrong %s", (name, options) =>
      withSaver(mode, async (saver) => {
        await expect(saver.listThreads(options as never)).rejects.toThrow(`"${name}"`);
      }),
    );
  });

  describe(`${mode.name}: listing threads by metadata`, () => {
    it("takes the newest checkpoint that has what the filter asks for", () =>
      withSaver(mode, async (saver) => {
        const user = { user: "ann", tags: { a: [1, 2] } };
        await saver.put(await putOn(saver, "1", 1, user), checkpoint({}), METADATA, {});
        await saver.put(
          await putOn(saver, "2", 1, user),
          checkpoint({}),
          { ...METADATA, user: "bob" } as never,
          {},
        );
        await putOn(saver, "3", 1);
        expect(await idsOf(saver, { filter: { user: "ann" } })).toEqual(["1"]);
        expect(await idsOf(saver, { filter: { user: "bob" } })).toEqual(["2"]);
        // Of the second thread, no checkpoint has both.
        expect(await idsOf(saver, { filter: { user: "bob", tags: { a: [2] } } })).toEqual([]);
        expect(await idsOf(saver, { filter: { tags: { a: [2] } } })).toEqual(["2", "1"]);
        expect(await idsOf(saver, { filter: {} })).toEqual(["3", "2", "1"]);
      }));

    it("does not take a subgraph's", () =>
      withSaver(mode, async (saver) => {
        await putOn(saver, "1", 1, { user: "ann" });
        const inner = { configurable: { thread_id: "1", checkpoint_ns: "sub" } };
        await saver.put(inner, checkpoint({}), { ...METADATA, user: "bob" } as never, {});
        expect(await idsOf(saver, { filter: { user: "bob" } })).toEqual([]);
        expect(await idsOf(saver, { filter: { user: "ann" } })).toEqual(["1"]);
      }));
  });

  describe(`${mode.name}: the status of a listed thread`, () => {
    it.each([
      ["a graph", approvalGraph],
      ["a graph within", nestedApprovalGraph],
    ])("is interrupted where %s asks, until it is answered", (_, graphOf) =>
      withSaver(mode, async (saver) => {
        const graph = graphOf(saver);
        await graph.invoke({ log: [] }, thread("1"));
        expect(await statusOf(saver, "1")).toBe("interrupted");
        await graph.invoke(resumeWith("yes"), thread("1"));
        expect(await statusOf(saver, "1")).toBe("idle");
      }),
    );

    it("is interrupted until each of several questions is answered", () =>
      withSaver(mode, async (saver) => {
        const graph = twoQuestionsGraph(saver);
        await graph.invoke({ log: [] }, thread("1"));
        const answer = async (node: string) => {
          const { tasks } = await graph.getState(thread("1"));
          const id = tasks.find(({ name }) => name === node)?.interrupts[0]?.id as string;
          await graph.invoke(new Command({ resume: { [id]: "yes" } }), thread("1"));
        };
        await answer("ask a");
        expect(await statusOf(saver, "1")).toBe("interrupted");
        await answer("ask b");
        expect(await statusOf(saver, "1")).toBe("idle");
      }));

    it("is failed after an error, until the run is taken up and ends well", () =>
      withSaver(mode, async (saver) => {
        const state = { fails: true };
        const graph = failingGraph(saver, state);
        await expect(graph.invoke({ log: [] }, thread("1"))).rejects.toThrow("it fails");
        expect(await statusOf(saver, "1")).toBe("failed");
        state.fails = false;
        await graph.invoke(null, thread("1"));
        expect(await statusOf(saver, "1")).toBe("idle");
      }));

    it("selects threads", () =>
      withSaver(mode, async (saver) => {
        await putChain(saver, "idle", 2, () => ({}));
        await approvalGraph(saver).invoke({ log: [] }, thread("asks"));
        const failing = failingGraph(saver, { fails: true });
        await failing.invoke({ log: [] }, thread("fails")).catch(() => {});
        expect(await idsOf(saver, { status: "idle" })).toEqual(["idle"]);
        expect(await idsOf(saver, { status: "interrupted" })).toEqual(["asks"]);
        expect(await idsOf(saver, { status: "failed" })).toEqual(["fails"]);
        expect(await idsOf(saver, { status: "running" })).toEqual([]);
      }));

    // A pool of one has no locks of threads; those of a cluster lie on its nodes.
    if (mode.poolOfOne || mode.distributed) return;

    it("is running while a run holds the thread's lock", () =>
      withSaver(mode, async (saver) => {
        await approvalGraph(saver).invoke({ log: [] }, thread("1"));
        await approvalGraph(saver).invoke({ log: [] }, thread("2"));
        {
          await using _ = await saver.threadLock("1");
          expect(await statusOf(saver, "1")).toBe("running");
          expect(await idsOf(saver, { status: "running" })).toEqual(["1"]);
          expect(await idsOf(saver, { status: "interrupted" })).toEqual(["2"]);
        }
        // In a transaction of the caller, the lock is held until its end.
        if (mode.begin === undefined) expect(await statusOf(saver, "1")).toBe("interrupted");
      }));
  });
}
