import type { CheckpointMetadata } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA } from "../checkpoints.ts";
import { dropSchema, freshName, urlOf, withSaver } from "../database.ts";
import { collect } from "../graphs.ts";
import { HOSTILE, HOSTILE_BY_KIND } from "../hostile.ts";
import type { Mode, Saver } from "../mode.ts";
import { everyOperation, prepareThread } from "../operations.ts";
import { readAll, rowsOf } from "../threads.ts";

/** An object with one key, which may be `__proto__`. */
const only = <T>(key: string, value: T): Record<string, T> =>
  JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value)}}`);

/** The same for objects with the same keys, in whatever order, `__proto__` among them. */
function entries(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(entries);
  return Object.entries(value)
    .map(([key, inner]) => [key, entries(inner)])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

/**
 * Metadata in which the name is a key, a value and the run. An object with the key `__proto__` is stored
 * in a form in which filters find it as a whole only.
 */
function metadataOf(name: string): CheckpointMetadata {
  return { ...METADATA, note: name, run_id: name, ...byKey(name) } as object as CheckpointMetadata;
}

const byKey = (name: string, value = name) =>
  name === "__proto__" ? { keys: only(name, value) } : only(name, value);

/** Stores a checkpoint and a write in which everything has the name. */
async function store(saver: Saver, name: string) {
  const config = { configurable: { thread_id: name, checkpoint_ns: name } };
  const versions = only(name, 1.5);
  const stored = {
    ...checkpoint(only(name, only(name, name)), versions),
    id: name,
    versions_seen: only(name, versions),
  };
  const next = await saver.put(config, stored, metadataOf(name), versions);
  expect(next.configurable).toEqual({ ...config.configurable, checkpoint_id: name });
  await saver.putWrites(next, [[name, name]], name, name);
  return { config, next, stored };
}

async function expectStored(saver: Saver, name: string) {
  const { config, next, stored } = await store(saver, name);
  const tuple = await saver.getTuple(config);
  expect(entries(tuple?.checkpoint)).toEqual(entries(stored));
  expect(entries(tuple?.metadata)).toEqual(entries(metadataOf(name)));
  expect(tuple?.pendingWrites).toEqual([[name, name, name]]);
  expect(tuple?.config).toEqual(next);
  expect(await saver.getTuple(next)).toEqual(tuple);

  const list = (...args: Parameters<Saver["list"]>) => collect(saver.list(...args));
  expect(await list(config, { filter: byKey(name) })).toEqual([tuple]);
  expect(await list({}, { filter: { note: name } })).toEqual([tuple]);
  expect(await list(config, { filter: byKey(name, `${name} `) })).toEqual([]);
  expect(await list(config, { before: next })).toEqual([]);

  const child = await saver.put(next, checkpoint({}), METADATA, {});
  const history = await saver.getDeltaChannelHistory({ config: child, channels: [name] });
  const values = { writes: [[name, name, name]], seed: only(name, name) };
  expect(entries(history)).toEqual(entries(only(name, values)));
}

/** What operators do with a thread of that name, which leaves nothing of it. */
async function expectManaged(saver: Saver, name: string) {
  const copy = `${name}!`;
  const before = await rowsOf(saver, name);
  await saver.copyThread(name, copy);
  expect(await rowsOf(saver, copy)).toEqual(before);
  const root = { configurable: { thread_id: copy } };
  await saver.put(root, checkpoint({}), metadataOf(name), {});
  const threads = await saver.listThreads({ filter: byKey(name) });
  const found = threads.find(({ threadId }) => threadId === copy);
  expect(found).toMatchObject({ threadId: copy, namespaces: ["", name] });
  expect((await saver.listThreads({ after: found })).map((t) => t.threadId)).not.toContain(copy);
  expect(await collect(saver.verify({ threadIds: [name, copy] }))).toEqual([]);
  const latest = await saver.getTuple(root);
  await saver.prune([copy], { keepLast: 1 });
  expect(await saver.getTuple(root)).toEqual(latest);
  // That of the copy's root graph, and that which the thread began with.
  expect((await saver.deleteForRuns([name])).checkpoints).toBeGreaterThanOrEqual(2);
  expect(await collect(saver.list({}, { filter: { run_id: name } }))).toEqual([]);
  await saver.deleteThread(name);
  await saver.deleteThread(copy);
  expect(await rowsOf(saver, name)).toEqual({ checkpoints: 0, blobs: 0, writes: 0 });
}

/** Names are data: whatever they hold, they come back as they were and mean nothing. */
export function hostileCases(mode: Mode): void {
  describe(`${mode.name}: names`, () => {
    it.each(Object.entries(HOSTILE_BY_KIND))(
      "of %s come back in every operation, and harm no other thread",
      (_, names) =>
        withSaver(mode, async (saver) => {
          await prepareThread(saver, "bystander");
          const before = await readAll(saver, "bystander");
          for (const name of names) {
            await expectStored(saver, name);
            await expectManaged(saver, name);
          }
          expect((await saver.listThreads()).map((t) => t.threadId)).toEqual(["bystander"]);
          expect(await readAll(saver, "bystander")).toEqual(before);
        }),
    );

    it("that are much alike stay apart, all in the tables at once", () =>
      withSaver(mode, async (saver) => {
        const threads = new Map<string, unknown>();
        for (const name of HOSTILE) {
          await prepareThread(saver, name);
          threads.set(name, await readAll(saver, name));
        }
        const page = await saver.listThreads({ limit: 1000 });
        expect(page.map((t) => t.threadId).sort()).toEqual([...HOSTILE].sort());
        expect(await collect(saver.verify({ threadIds: HOSTILE }))).toEqual([]);
        await saver.deleteThread("%");
        await saver.prune(["_"], { keepLast: 1 });
        for (const [name, before] of threads) {
          if (name !== "%" && name !== "_") expect(await readAll(saver, name)).toEqual(before);
        }
      }));

    it.each([
      `we"ird 'name'; DROP SCHEMA public; --`,
      '"."back\\slash',
      " $1 %s ? Ünïcode 🦆 ",
      "SELECT",
    ])("let every operation work in a schema named %j and more", async (name) => {
      const schema = `${name}${freshName().slice(-13)}`; // 63 bytes at most
      const session = await mode.open(urlOf(mode), { schema });
      try {
        await session.saver.setup();
        await everyOperation(session.saver, "", mode.cursor);
      } finally {
        await session.close();
        if (!mode.embedded) await dropSchema(schema);
      }
    });
  });
}
