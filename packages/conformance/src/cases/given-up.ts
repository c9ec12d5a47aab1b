import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { putChain } from "../checkpoints.ts";
import { databaseUrl, withClient, withSaver } from "../database.ts";
import { thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";

const RESUME = "__resume__";
/** More than any mode has connections. */
const HELD_UP = 12;
const TIMEOUT = new Set(["WAYPOST_TIMEOUT"]);

/** What was given up before it was sent. */
export function givenUpCases(mode: Mode): void {
  if (mode.begin) return; // one transaction, which nobody else can hold up
  // There it waits on the wire, where it was sent.
  if (mode.pipelined) return;

  /** So many checkpoints, to each of which a task `held` has written. */
  const heldCheckpoints = async (saver: Saver) => {
    const configs = await putChain(saver, "1", HELD_UP, () => ({}));
    for (const config of configs) await saver.putWrites(config, [[RESUME, "first"]], "held");
    return configs;
  };

  /** Runs the work while writes of the task wait for rows that somebody else has locked. */
  const whileHeldUp = (schema: string, work: () => Promise<void>) =>
    withClient(async (client) => {
      await client.query("BEGIN");
      await client.query(
        `SELECT FROM ${schema}.checkpoint_writes WHERE thread_id = '1' AND task_id = 'held' FOR UPDATE`,
      );
      await work();
      await client.query("ROLLBACK");
    });

  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => "done",
      (error: { code: unknown }) => error.code,
    );

  const withImpatient = (
    work: (saver: Saver, impatient: Saver, schema: string) => Promise<void>,
    options = {},
  ) =>
    withSaver(mode, async (saver, schema) => {
      const session = await mode.open(databaseUrl(), { schema, timeout: 300, ...options });
      await work(saver, session.saver, schema).finally(session.close);
    });

  it.each([
    ["", {}],
    [", with settings of a session", { session: { "app.tenant": "a" } }],
  ])(`${mode.name}: a statement that is given up while it waits is never sent%s`, (_, options) =>
    withImpatient(async (saver, impatient, schema) => {
      const configs = await heldCheckpoints(saver);
      const [config = {}] = configs;
      await whileHeldUp(schema, async () => {
        const held = configs.map((one) => impatient.putWrites(one, [[RESUME, "old"]], "held"));
        await setImmediate(); // they are sent, as far as there are connections
        const answers = [...held, impatient.putWrites(config, [[RESUME, "old"]], "free")];
        expect(new Set(await Promise.all(answers.map(codeOf)))).toEqual(TIMEOUT);
        await saver.putWrites(config, [[RESUME, "new"]], "free");
      });
      // Behind what waits.
      for (const _ of "12") {
        await Promise.all(tries(HELD_UP, () => codeOf(impatient.getTuple(thread("1")))));
      }
      const found = (await saver.getTuple(config))?.pendingWrites ?? [];
      expect(found.filter(([task]) => task === "free")).toEqual([["free", RESUME, "new"]]);
    }, options),
  );

  it(`${mode.name}: a transaction that is given up while it waits is never begun`, () =>
    withImpatient(async (saver, impatient, schema) => {
      const configs = await heldCheckpoints(saver);
      await whileHeldUp(schema, async () => {
        const held = configs.map((one) => impatient.putWrites(one, [[RESUME, "old"]], "held"));
        await setImmediate(); // they are sent, as far as there are connections
        const copied = impatient.copyThread("1", "copy");
        const answers = await Promise.all([...held, copied].map(codeOf));
        expect(new Set(answers)).toEqual(TIMEOUT);
      });
      for (const _ of "12") {
        await Promise.all(tries(HELD_UP, () => codeOf(impatient.getTuple(thread("1")))));
      }
      expect(await saver.getTuple(thread("copy"))).toBeUndefined();
    }));
}

const tries = <T>(count: number, work: () => Promise<T>) => Array.from({ length: count }, work);
