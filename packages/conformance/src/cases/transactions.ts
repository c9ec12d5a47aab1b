import { InvalidInputError, setupScript } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { committedIn, databaseUrl, withClient, withSchema } from "../database.ts";
import { chainGraph, collect, thread } from "../graphs.ts";
import type { Mode, OpenTransaction } from "../mode.ts";

interface Joined extends OpenTransaction {
  readonly schema: string;
}

/** Checkpoints and rows of the application, stored together or not at all. */
export function transactionCases(mode: Mode): void {
  const { begin } = mode;
  if (begin === undefined) return;

  const withTransaction = (work: (transaction: Joined) => Promise<void>) =>
    withSchema(async (schema) => {
      await withClient(async (client) => {
        await client.query(setupScript(schema));
        await client.query(`CREATE TABLE ${schema}.orders (id int PRIMARY KEY)`);
      });
      await work({ ...(await begin(databaseUrl(), { schema })), schema });
    });
  const orderAndChat = async ({ run, saver, schema }: Joined, id: string) => {
    await run(`INSERT INTO ${schema}.orders VALUES (1)`);
    return await chainGraph(saver).invoke({ log: ["in"] }, thread(id));
  };

  describe(`${mode.name}: the caller's transaction`, () => {
    it.each([
      ["commit", 1],
      ["rollback", 0],
    ] as const)("%s applies to checkpoints and the application's rows alike", (how, kept) =>
      withTransaction(async (transaction) => {
        const { log } = await orderAndChat(transaction, "1");
        const { values } = await chainGraph(transaction.saver).getState(thread("1"));
        expect(values.log).toEqual(log);
        expect(await committedIn(transaction.schema)).toEqual({ threads: 0, orders: 0 });
        await transaction.end(how);
        expect(await committedIn(transaction.schema)).toEqual({ threads: kept, orders: kept });
      }),
    );

    it("goes back to a savepoint, and commits what was before it", () =>
      withTransaction(async (transaction) => {
        const { run, saver, schema, end } = transaction;
        await orderAndChat(transaction, "kept");
        await run("SAVEPOINT here");
        await chainGraph(saver).invoke({ log: ["lost"] }, thread("lost"));
        await run("ROLLBACK TO SAVEPOINT here");
        expect(await saver.getTuple(thread("lost"))).toBeUndefined();
        await end("commit");
        expect(await committedIn(schema)).toEqual({ threads: 1, orders: 1 });
      }));

    it("is joined also where an operation needs several statements", () =>
      withTransaction(async ({ saver, schema, end }) => {
        const [config] = await putChain(saver, "1", 1, () => ({}));
        const many = Array.from({ length: 17_000 }, (_, i): [string, unknown] => ["log", i]);
        await saver.putWrites(config ?? {}, many, "task");
        expect((await saver.getTuple(config ?? {}))?.pendingWrites).toHaveLength(17_000);
        await end("rollback");
        expect(await committedIn(schema)).toEqual({ threads: 0, orders: 0 });
      }));

    it("that has failed is told from other errors, and works again from a savepoint on", () =>
      withTransaction(async ({ saver, run, end }) => {
        await run("SAVEPOINT here");
        await expect(run("SELECT 1/0")).rejects.toThrow("division");
        await expect(saver.getTuple(thread("1"))).rejects.toThrow(/roll it back.*25P02/);
        await run("ROLLBACK TO SAVEPOINT here");
        await saver.put(thread("1"), checkpoint({}), METADATA, {});
        expect(await saver.getTuple(thread("1"))).toBeDefined();
        await end("rollback");
      }));

    it.each(["REPEATABLE READ", "SERIALIZABLE"])(
      "at %s is refused what needs to see what others store meanwhile, and left as it was",
      (level) =>
        withSchema(async (schema) => {
          await withClient((client) => client.query(setupScript(schema)));
          await refusedAt(schema, level, begin);
        }),
    );

    it("is left as it was by input that the saver refuses", () =>
      withTransaction(async ({ saver, schema, end }) => {
        await saver.put(thread("1"), checkpoint({}), METADATA, {});
        const refused = saver.put(thread("half \ud800"), checkpoint({}), METADATA, {});
        await expect(refused).rejects.toThrow(InvalidInputError);
        await expect(saver.getTuple(thread(""))).rejects.toThrow(InvalidInputError);
        await end("commit");
        expect(await committedIn(schema)).toEqual({ threads: 1, orders: 0 });
      }));
  });
}

/** Every removal, and what is stored without a parent where threads are kept from beginning anew. */
async function refusedAt(
  schema: string,
  level: string,
  begin: NonNullable<Mode["begin"]>,
): Promise<void> {
  const open = async () => begin(databaseUrl(), { schema, tombstones: true });
  const before = await open();
  const values = (step: number) => ({ log: "x".repeat(2000 + step) });
  for (const id of ["1", "2"]) await putChain(before.saver, id, 3, values);
  await before.end("commit");
  await withClient((client) =>
    client.query(`INSERT INTO ${schema}.waypost_parts VALUES ('2', 77, 'lost')`),
  );
  const { saver, run, end } = await open();
  await run(`SET TRANSACTION ISOLATION LEVEL ${level}`);
  const root = checkpoint({});
  const config = { configurable: { thread_id: "3", checkpoint_id: root.id } };
  const refused = [
    () => saver.deleteThread("1"),
    () => saver.copyThread("2", "1", { overwrite: true }),
    () => saver.copyThread("2", "4"),
    () => saver.prune(["1"], { keepLast: 1 }),
    () => saver.prune(["1"], { strategy: "delete" }),
    () => saver.sweep({ keepLast: 1 }),
    () => saver.sweep({ keepLast: 10 }),
    () => collect(saver.verify({ repair: true })),
    () => saver.rewriteStorage("full"),
    () => saver.put(thread("3"), root, METADATA, {}),
    () => saver.putWrites(config, [["log", 1]], "task"),
  ];
  for (const operation of refused) {
    await expect(operation()).rejects.toMatchObject({ code: "WAYPOST_ISOLATION" });
  }
  await end("commit");
  const { rows } = await withClient((client) =>
    client.query(`SELECT (SELECT count(*)::int FROM ${schema}.checkpoints) AS checkpoints,
      (SELECT count(*)::int FROM ${schema}.waypost_parts) AS parts,
      (SELECT count(*)::int FROM ${schema}.waypost_deleted_threads) AS deleted`),
  );
  expect(rows).toEqual([{ checkpoints: 6, parts: expect.any(Number), deleted: 0 }]);
  expect(rows[0].parts).toBeGreaterThan(1);
}
