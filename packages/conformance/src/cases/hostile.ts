import { describe, expect, it } from "vitest";
import { checkpoint, METADATA } from "../checkpoints.ts";
import { databaseUrl, dropSchema, withSaver } from "../database.ts";
import { collect } from "../graphs.ts";
import type { Mode } from "../mode.ts";

const NAMES = [
  "'; DROP TABLE checkpoints; --",
  'quo"ted',
  "back\\slash\\",
  "$1",
  "%s %I",
  "{a,b}",
  '{"a":NULL}',
  "NULL",
  "__proto__",
  "constructor",
  "line\nbreak\ttab",
  "émoji 🦆 \u{10ffff}",
  " spaces ",
  "a".repeat(800),
];

/** Names are data: whatever they hold, they come back as they were and mean nothing. */
export function hostileCases(mode: Mode): void {
  describe(`${mode.name}: names`, () => {
    it.each(NAMES)("stores %j as thread, namespace, channel, task and id", (name) =>
      withSaver(mode, async (saver) => {
        const config = { configurable: { thread_id: name, checkpoint_ns: name } };
        const values = JSON.parse(`{${JSON.stringify(name)}: "value"}`) as Record<string, unknown>;
        const versions = JSON.parse(`{${JSON.stringify(name)}: 1.5}`) as Record<string, number>;
        const stored = {
          ...checkpoint(values, versions),
          id: name,
          versions_seen: { n: versions },
        };
        const next = await saver.put(
          config,
          stored,
          { ...METADATA, note: name } as object as typeof METADATA,
          versions,
        );
        await saver.putWrites(next, [[name, name]], name, name);

        const tuple = await saver.getTuple(config);
        expect(Object.entries(tuple?.checkpoint.channel_values ?? {})).toEqual([[name, "value"]]);
        expect(tuple?.checkpoint.id).toBe(name);
        expect(JSON.stringify(tuple?.checkpoint.versions_seen)).toBe(
          JSON.stringify({ n: versions }),
        );
        expect(tuple?.metadata).toEqual({ ...METADATA, note: name });
        expect(tuple?.pendingWrites).toEqual([[name, name, name]]);
        expect(tuple?.config).toEqual({
          configurable: { ...config.configurable, checkpoint_id: name },
        });
        expect(await collect(saver.list(config, { filter: { note: name } }))).toEqual([tuple]);

        const child = await saver.put(next, checkpoint({}), METADATA, {});
        const history = await saver.getDeltaChannelHistory({ config: child, channels: [name] });
        expect(Object.entries(history)).toEqual([
          [name, { writes: [[name, name, name]], seed: "value" }],
        ]);
        await saver.deleteThread(name);
        expect(await saver.getTuple(config)).toBeUndefined();
      }),
    );

    it.each(['we"ird', "'; DROP SCHEMA public; --", "back\\slash", "Ünïcode 🦆", "SELECT"])(
      "works in a schema named %j",
      async (schema) => {
        const session = await mode.open(databaseUrl(), { schema });
        try {
          await session.saver.setup();
          await session.saver.setup();
          const config = { configurable: { thread_id: "1" } };
          const next = await session.saver.put(config, checkpoint({}), METADATA, {});
          expect((await session.saver.getTuple(config))?.config).toEqual(next);
        } finally {
          await session.close();
          await dropSchema(schema);
        }
      },
    );
  });
}
