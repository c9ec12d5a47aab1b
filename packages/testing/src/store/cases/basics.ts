import { END, MemorySaver, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import type { BaseStore } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { type StoreMode, withStore } from "../mode.ts";

const USER = ["users", "1"];

export function basicCases(mode: StoreMode): void {
  describe(`${mode.name}: the store`, () => {
    it("reads an item as it was put, with the times of both", () =>
      withStore(mode, async ({ store }) => {
        const before = Date.now() - 60_000; // of the server's clock nothing is known
        await store.put(USER, "a", { text: "likes tea", tags: ["x"], nested: { deep: [null] } });
        const item = await store.get(USER, "a");
        expect(item).toEqual({
          ...{ namespace: USER, key: "a" },
          value: { text: "likes tea", tags: ["x"], nested: { deep: [null] } },
          ...{ createdAt: expect.any(Date), updatedAt: expect.any(Date) },
        });
        expect(item?.createdAt.getTime()).toBeGreaterThan(before);
        expect(item?.updatedAt).toEqual(item?.createdAt);
      }));

    it("keeps the time of creation when an item is put again, and advances that of the update", () =>
      withStore(mode, async ({ store, run, schema }) => {
        await store.put(USER, "a", { n: 1 });
        await run(
          `UPDATE ${schema}.store SET created_at = '2020-01-01Z', updated_at = '2020-01-02Z'`,
        );
        await store.put(USER, "a", { n: 2 });
        const item = await store.get(USER, "a");
        expect(item?.value).toEqual({ n: 2 });
        expect(item?.createdAt).toEqual(new Date("2020-01-01"));
        expect(item?.updatedAt.getTime()).toBeGreaterThan(Date.parse("2020-01-02"));
      }));

    it("returns null for what is not there, and deletes it without an error", () =>
      withStore(mode, async ({ store }) => {
        expect(await store.get(USER, "a")).toBeNull();
        await store.delete(USER, "a");
        await store.put(USER, "a", {});
        await store.delete(USER, "a");
        expect(await store.get(USER, "a")).toBeNull();
      }));

    it("searches oldest first, in pages", () =>
      withStore(mode, async ({ store }) => {
        for (const key of ["c", "a", "b"]) await store.put(USER, key, { key });
        await store.put(["users", "2"], "d", {});
        await store.put(USER, "c", { key: "again" });
        const keys = async (options?: object, prefix = USER) =>
          (await store.search(prefix, options)).map(({ key }) => key);
        expect(await keys()).toEqual(["c", "a", "b"]);
        expect(await keys({ limit: 2 })).toEqual(["c", "a"]);
        expect(await keys({ limit: 2, offset: 2 })).toEqual(["b"]);
        expect(await keys({ limit: 0 })).toEqual([]);
        expect(await keys({}, ["users"])).toEqual(["c", "a", "b", "d"]);
        expect(await keys({}, [])).toEqual(["c", "a", "b", "d"]);
        expect((await store.search(USER, { limit: 1 }))[0]?.value).toEqual({ key: "again" });
      }));

    it("is what the nodes of a graph reach, also over several threads", () =>
      withStore(mode, async ({ store }) => {
        const graph = new StateGraph(MessagesAnnotation)
          .addNode("remember", async ({ messages }, config) => {
            const memory = config.store as BaseStore;
            const known = await memory.search(USER);
            await memory.put(USER, String(known.length), { text: messages.at(-1)?.text ?? "" });
            return { messages: [`I know ${known.map(({ value }) => value.text).join(", ")}`] };
          })
          .addEdge(START, "remember")
          .addEdge("remember", END)
          .compile({ checkpointer: new MemorySaver(), store });
        const said = async (text: string, thread_id: string) =>
          (await graph.invoke({ messages: [text] }, { configurable: { thread_id } })).messages.at(
            -1,
          )?.text;
        expect(await said("tea", "1")).toBe("I know ");
        expect(await said("dogs", "2")).toBe("I know tea");
        expect(await said("rain", "3")).toBe("I know tea, dogs");
      }));
  });
}
