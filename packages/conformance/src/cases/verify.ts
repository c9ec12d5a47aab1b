import { randomBytes } from "node:crypto";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { encrypt, serializer } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { databaseUrl, withClient, withSaver } from "../database.ts";
import {
  chainGraph,
  collect,
  deltaGraph,
  nestedApprovalGraph,
  nestedGraph,
  sendGraph,
  thread,
} from "../graphs.ts";
import { itWithOfficial } from "../left-out.ts";
import type { Mode, Saver } from "../mode.ts";

const verify = (saver: Saver, options?: Parameters<Saver["verify"]>[0]) =>
  collect(saver.verify(options));

export function verifyCases(mode: Mode): void {
  // The official saver is another client, which sees nothing of an open transaction.
  const itBeside = mode.begin || mode.embedded ? () => {} : it;

  describe(`${mode.name}: verifying`, () => {
    it("finds nothing in what graphs, branches, copies and prunes leave", () =>
      withSaver(mode, async (saver) => {
        const chain = chainGraph(saver);
        await chain.invoke({ log: ["in"] }, thread("chain"));
        const [, middle] = await collect(chain.getStateHistory(thread("chain")));
        await chain.updateState(middle?.config ?? {}, { log: ["FORK"] });
        await chain.updateState(middle?.config ?? {}, null, "__copy__");
        await chain.invoke(null, middle?.config ?? {});
        await nestedGraph(saver).invoke({ log: ["in"] }, thread("nested"));
        await nestedApprovalGraph(saver).invoke({ log: ["in"] }, thread("ask"));
        for (const kind of ["plain", "delta"] as const) {
          await sendGraph(saver, kind).invoke({ log: ["in"] }, thread(kind));
        }
        for (const input of ["one", "two", "three"]) {
          await deltaGraph(saver, 2).invoke({ log: [input] }, thread("long"));
        }
        expect(await verify(saver)).toEqual([]);
        await saver.copyThread("chain", "copy");
        await saver.sweep({ keepLast: 2 });
        expect(await verify(saver)).toEqual([]);
      }));

    it("finds nothing where a run goes on from what was removed, with a channel that was emptied", () =>
      withSaver(mode, async (saver) => {
        const before = { log: 1.5, "branch:to:b": 1.5 };
        const first = checkpoint({ log: ["in"], "branch:to:b": null }, before);
        const start = await saver.put(thread("1"), first, METADATA, before);
        const emptied = { ...before, "branch:to:b": 2.5 };
        const second = checkpoint({ log: ["in"] }, emptied);
        const removed = await saver.put(start, second, METADATA, { "branch:to:b": 2.5 });
        await saver.deleteThread("1");
        const third = checkpoint({ log: ["more"] }, { ...emptied, log: 3.5 });
        await saver.put(removed, third, METADATA, { log: 3.5 });
        expect((await saver.getTuple(thread("1")))?.checkpoint).toEqual(third);
        expect(await verify(saver)).toEqual([]);
      }));

    const itBesideOfficial = itBeside === it ? itWithOfficial(mode) : itBeside;
    itBesideOfficial(
      "finds the values that the official saver's branches take from each other",
      () =>
        withSaver(mode, async (saver, schema) => {
          const official = PostgresSaver.fromConnString(databaseUrl(), { schema });
          await official.setup();
          const graph = chainGraph(official);
          await graph.invoke({ log: ["fine"] }, thread("fine"));
          await graph.invoke({ log: ["in"] }, thread("forked"));
          const history = await collect(graph.getStateHistory(thread("forked")));
          const middle = history.find((state) => state.next.includes("b"));
          const fork = await graph.updateState(middle?.config ?? {}, { log: ["FORK"] });
          await official.end();
          const [found, ...others] = await verify(saver, { repair: true });
          expect(others).toEqual([]);
          expect(found?.threadId).toBe("forked");
          const log = found?.problems.find(({ channel }) => channel === "log");
          expect(log).toMatchObject({
            kind: "version_collision",
            checkpointNs: "",
            repaired: false,
          });
          const branches = [history[0]?.config, fork].map((c) => c?.configurable?.checkpoint_id);
          expect(log?.checkpointIds).toEqual(branches);
        }),
    );

    it("finds values that are missing", () =>
      withSaver(mode, async (saver) => {
        const [config] = await putChain(saver, "1", 1, () => ({ a: 1 }));
        const damaged = checkpoint({}, { never: 1.5 });
        await saver.put(config ?? {}, damaged, METADATA, {});
        expect(await verify(saver)).toEqual([
          {
            threadId: "1",
            problems: [
              {
                ...{ kind: "missing", checkpointNs: "", channel: "never", version: "1.5" },
                ...{ checkpointIds: [damaged.id], repaired: false },
              },
            ],
          },
        ]);
      }));

    it("finds orphans, and removes them where told", () =>
      withSaver(mode, async (saver) => {
        const replaced = checkpoint({ a: 1 }, { a: 1 });
        await saver.put(thread("1"), replaced, METADATA, { a: 1 });
        const again = { ...replaced, channel_versions: { a: 2 } };
        await saver.put(thread("1"), again, METADATA, { a: 2 });
        await putChain(saver, "2", 2, (step) => ({ step }));
        const orphans = { kind: "orphans", rows: 1, bytes: expect.any(Number) };
        const report = (repaired: boolean) => [
          { threadId: "1", problems: [{ ...orphans, repaired }] },
        ];
        expect(await verify(saver, { threadIds: ["2", "none"] })).toEqual([]);
        expect(await verify(saver)).toEqual(report(false));
        expect(await verify(saver, { repair: true })).toEqual(report(true));
        expect(await verify(saver)).toEqual([]);
      }));

    itBeside("finds values that the serializer refuses", () =>
      withSaver(mode, async (saver, schema) => {
        const [config] = await putChain(saver, "1", 1, () => ({ good: 1, bad: 2 }));
        await saver.putWrites(
          config ?? {},
          Array.from({ length: 50 }, () => ["good", 1]),
          "task",
        );
        await saver.putWrites(config ?? {}, [["torn", 1]], "zz");
        await withClient((client) =>
          client.query(`
            UPDATE ${schema}.checkpoint_blobs SET type = 'pickle' WHERE channel = 'bad';
            UPDATE ${schema}.checkpoint_writes SET blob = '\\xff' WHERE channel = 'torn'`),
        );
        const [found] = await verify(saver);
        expect(found?.problems).toMatchObject([
          { kind: "unreadable", channel: "bad", version: expect.any(String) },
          {
            kind: "unreadable",
            channel: "torn",
            checkpointIds: [config?.configurable.checkpoint_id],
          },
        ]);
      }),
    );

    itBeside("finds checkpoints that were encoded twice, and leaves what they may refer to", () =>
      withSaver(mode, async (saver, schema) => {
        const [config] = await putChain(saver, "1", 1, () => ({ a: 1 }));
        await withClient(async (client) => {
          const { rows } = await client.query(`SELECT checkpoint::text FROM ${schema}.checkpoints`);
          const twice = JSON.stringify(rows[0].checkpoint);
          await client.query(`UPDATE ${schema}.checkpoints SET checkpoint = $1::jsonb`, [twice]);
        });
        const checkpointIds = [config?.configurable.checkpoint_id];
        const problem = { kind: "unreadable", checkpointNs: "", checkpointIds, repaired: false };
        const report = [{ threadId: "1", problems: [problem] }];
        expect(await verify(saver, { repair: true })).toEqual(report);
        expect(await verify(saver)).toEqual(report);
      }),
    );

    it("reads encrypted values in their place", () => {
      const keys = [{ id: "one", key: randomBytes(32) }];
      const encrypted = async (saver: Saver) => {
        const [config] = await putChain(saver, "1", 1, () => ({ secret: 1 }));
        await saver.putWrites(config ?? {}, [["secret", 2]], "task");
        expect(await verify(saver)).toEqual([]);
      };
      return withSaver(mode, encrypted, { serde: encrypt(serializer(), { keys }) });
    });

    it.each([
      ["repair", { repair: "yes" }],
      ["threadIds", { threadIds: "1" }],
    ])("refuses a wrong %s", (name, options) =>
      withSaver(mode, async (saver) => {
        await expect(verify(saver, options as never)).rejects.toThrow(`"${name}"`);
      }),
    );
  });
}
