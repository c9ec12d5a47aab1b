import { HumanMessage } from "@langchain/core/messages";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { expect, it } from "vitest";
import { checkpoint, METADATA } from "../checkpoints.ts";
import { databaseUrl, withSaver } from "../database.ts";
import { approvalGraph, chainGraph, collect, deltaGraph, resumeWith, thread } from "../graphs.ts";
import { describeWithOfficial } from "../left-out.ts";
import type { Mode, Saver } from "../mode.ts";

/** One thread, two savers: each reads and continues what the other wrote, in the same tables. */
export function dropInCases(mode: Mode): void {
  // Of what an open transaction wrote, the official saver, on its own connection, sees nothing.
  if (mode.begin) return;

  const withBoth = (work: (saver: Saver, official: PostgresSaver) => Promise<void>) =>
    withSaver(mode, async (saver, schema) => {
      const official = PostgresSaver.fromConnString(databaseUrl(), { schema });
      await work(saver, official).finally(() => official.end());
    });

  describeWithOfficial(mode, `${mode.name}: beside the official saver`, () => {
    it("continues a thread that the official saver wrote", () =>
      withBoth(async (saver, official) => {
        await chainGraph(official).invoke({ log: ["in"] }, thread("1"));
        const next = await chainGraph(saver).invoke({ log: ["more"] }, thread("1"));
        expect(next.log).toEqual(["in", "a", "b", "more", "a", "b"]);
      }));

    it("writes threads that the official saver reads and continues", () =>
      withBoth(async (saver, official) => {
        await chainGraph(saver).invoke({ log: ["in"] }, thread("1"));
        const [ours, theirs] = await Promise.all(
          [saver, official].map((s) => collect(s.list(thread("1")))),
        );
        expect(theirs).toEqual(ours);
        const next = await chainGraph(official).invoke({ log: ["more"] }, thread("1"));
        expect(next.log).toEqual(["in", "a", "b", "more", "a", "b"]);
      }));

    it("answers a question that the official saver stored, and the other way round", () =>
      withBoth(async (saver, official) => {
        for (const [asker, answerer] of [[saver, official] as const, [official, saver] as const]) {
          const config = thread(`asked by ${asker.constructor.name}`);
          await approvalGraph(asker).invoke({ log: [] }, config);
          const done = await approvalGraph(answerer).invoke(resumeWith("yes"), config);
          expect([...done.log].sort()).toEqual(["answer: yes", "before", "beside"]);
        }
      }));

    it("reads a delta channel that the official saver wrote, and the other way round", () =>
      withBoth(async (saver, official) => {
        const turns = [saver, official, saver, official];
        for (const turn of turns) await deltaGraph(turn, 3).invoke({ log: ["q"] }, thread("1"));
        const expected = ["q", "reply 1", "q", "reply 3", "q", "reply 5", "q", "reply 7"];
        for (const reader of [saver, official]) {
          const state = await deltaGraph(reader, 3).getState(thread("1"));
          expect(state.values.log).toEqual(expected);
        }
      }));

    it("stores bytes within values where values are whole as the official saver reads them", () =>
      withBoth(async (saver, official) => {
        await saver.setup({ storage: "full" });
        const bytes = Uint8Array.from({ length: 300 }, (_, i) => i % 256);
        const looksLike = { lc: 2, type: "waypost/bytes", class: "Uint8Array", value: "AQ==" };
        const text = JSON.stringify(looksLike);
        const value = { data: bytes, in: [new Map([["k", bytes]]), new Set([bytes])], text };
        for (const writer of [saver, official]) {
          const config = thread(`by ${writer.constructor.name}`);
          const parent = { configurable: { ...config.configurable, checkpoint_ns: "" } };
          const stored = checkpoint({ value, message: new HumanMessage("hi") });
          const next = await writer.put(parent, stored, METADATA, stored.channel_versions);
          await writer.putWrites(next, [["value", value]], "task");
          for (const reader of [saver, official]) {
            const read = await reader.getTuple(config);
            expect(read?.checkpoint.channel_values.value).toEqual(value);
            expect(read?.pendingWrites).toEqual([["task", "value", value]]);
          }
        }
        // Also beside what only Waypost has a form for, which stays data to the other.
        const mixed = checkpoint({ value: { data: bytes, of: looksLike, when: new Date(0) } });
        await saver.put(thread("mixed"), mixed, METADATA, mixed.channel_versions);
        expect((await saver.getTuple(thread("mixed")))?.checkpoint).toEqual(mixed);
        const theirs = (await official.getTuple(thread("mixed")))?.checkpoint.channel_values.value;
        expect(theirs).toMatchObject({ data: bytes, when: { type: "waypost/date" } });
      }));

    it("forks a thread of the official saver without touching what it stored", () =>
      withBoth(async (saver, official) => {
        await chainGraph(official).invoke({ log: ["in"] }, thread("1"));
        const graph = chainGraph(saver);
        const [tip, middle] = await collect(graph.getStateHistory(thread("1")));
        const fork = await graph.updateState(middle?.config ?? {}, { log: ["FORK"] });
        expect((await graph.getState(fork)).values.log).toEqual(["in", "a", "FORK"]);
        const before = await chainGraph(official).getState(tip?.config ?? {});
        expect(before.values.log).toEqual(["in", "a", "b"]);
      }));
  });
}
