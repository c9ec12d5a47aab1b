import type { Saver } from "@waypost/conformance";
import {
  approvalGraph,
  barrier,
  chainGraph,
  collect,
  databaseUrl,
  deltaGraph,
  replyGraph,
  resumeWith,
  thread,
  withSchema,
} from "@waypost/conformance/fixtures";
import { DRIVERS, KINDS } from "@waypost/testing/kinds";
import { describe, expect, it } from "vitest";

const pairs = DRIVERS.flatMap((a) => DRIVERS.filter((b) => b !== a).map((b) => [a, b] as const));

type DriverName = (typeof DRIVERS)[number];

function withPair(
  [first, second]: readonly [DriverName, DriverName],
  work: (a: Saver, b: Saver) => Promise<void>,
): Promise<void> {
  return withSchema(async (schema) => {
    const one = await KINDS[first].connect(databaseUrl());
    const other = await KINDS[second].connect(databaseUrl());
    try {
      const a = one.saver({ schema });
      await a.setup();
      await work(a, other.saver({ schema }));
    } finally {
      await one.close();
      await other.close();
    }
  });
}

describe.each(pairs)("%s writes and %s goes on", (...pair) => {
  it("with a conversation, its history and a fork", () =>
    withPair(pair, async (a, b) => {
      await chainGraph(a).invoke({ log: ["one"] }, thread("1"));
      const { log } = await chainGraph(b).invoke({ log: ["two"] }, thread("1"));
      expect(log).toEqual(["one", "a", "b", "two", "a", "b"]);
      expect(await collect(b.list(thread("1")))).toEqual(await collect(a.list(thread("1"))));

      const history = await collect(chainGraph(b).getStateHistory(thread("1")));
      const early = history.find(({ next, values }) => next[0] === "b" && values.log.length === 2);
      await chainGraph(a, { a: "a", b: "c" }).invoke(null, early?.config);
      expect((await chainGraph(b).getState(thread("1"))).values.log).toEqual(["one", "a", "c"]);
    }));

  it("with a question that waits for an answer", () =>
    withPair(pair, async (a, b) => {
      await approvalGraph(a).invoke({ log: [] }, thread("1"));
      const { log } = await approvalGraph(b).invoke(resumeWith("yes"), thread("1"));
      expect(log).toContain("answer: yes");
      expect((await approvalGraph(a).getState(thread("1"))).values.log).toEqual(log);
    }));

  it("with a channel that stores what was added", () =>
    withPair(pair, async (a, b) => {
      for (const [i, saver] of [a, b, a, b].entries()) {
        await deltaGraph(saver).invoke({ log: [`in ${i}`] }, thread("1"));
      }
      const states = [a, b].map((saver) => deltaGraph(saver).getState(thread("1")));
      const [ofA, ofB] = await Promise.all(states);
      expect(ofA?.values.log).toHaveLength(8);
      expect(ofB?.values).toEqual(ofA?.values);
    }));

  it("at the same time, and both replies are kept", () =>
    withPair(pair, async (a, b) => {
      await chainGraph(a).invoke({ log: ["before"] }, thread("1"));
      const meet = barrier(2);
      const reply = (saver: Saver, question: string) =>
        replyGraph(saver, meet).invoke({ log: [question] }, thread("1"));
      await Promise.all([reply(a, "from a"), reply(b, "from b")]);
      const history = await collect(replyGraph(a, async () => {}).getStateHistory(thread("1")));
      const logs = history.map(({ values }) => values.log?.at(-1));
      expect(logs).toContain("reply to from a");
      expect(logs).toContain("reply to from b");
    }));
});
