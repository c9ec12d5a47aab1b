import { InvalidInputError, setupScript } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { committedIn, databaseUrl, withClient, withSchema } from "../database.ts";
import { chainGraph, thread } from "../graphs.ts";
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
