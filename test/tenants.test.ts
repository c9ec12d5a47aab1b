import type { Saver } from "@waypost/conformance";
import {
  chainGraph,
  checkpoint,
  collect,
  everyOperation,
  grants,
  HOSTILE,
  METADATA,
  policies,
  prepareThread,
  thread,
  withClient,
  withRole,
  withSchema,
} from "@waypost/conformance/fixtures";
import { setupScript } from "@waypost/core";
import {
  type Begin,
  type Connected,
  KINDS,
  type Kind,
  type Shared,
  TRANSACTIONS,
} from "@waypost/testing/kinds";
import { describe, expect, it } from "vitest";
import { PgBouncer, pgBouncerVersion } from "./pgbouncer.ts";

/** `%` would be every tenant, where a policy took it for a pattern. */
const TENANTS = ["a", "b", "%"] as const;

type SaverOf = (tenant: string) => Saver;

interface Tenants extends Connected {
  readonly of: SaverOf;
}

/** Tables that policies restrict, and the URL of a role to which they apply. */
const withPolicies = (work: (schema: string, url: string) => Promise<unknown>) =>
  withSchema((schema) =>
    withRole(async ({ name, url }) => {
      await withClient((client) =>
        client.query(setupScript(schema) + grants(schema, name) + policies(schema).join("")),
      );
      await work(schema, url);
    }),
  );

/** Few enough that all operations share them; the same through PgBouncer. */
const CONNECTIONS = 3;
const SETTINGS = { connections: CONNECTIONS, prepare: false };

const saverOf =
  ({ saver }: Pick<Shared, "saver">, schema: string): SaverOf =>
  (tenant) =>
    saver({ schema, session: { "app.tenant": tenant } });

/** Savers of several tenants over one pool. */
const withTenants = (
  kind: Kind,
  work: (tenants: Tenants) => Promise<void>,
  through: (url: string) => Promise<string> = async (url) => url,
) =>
  withPolicies(async (schema, url) => {
    const shared = await kind.connect(await through(url), SETTINGS);
    await work({ ...shared, of: saverOf(shared, schema) }).finally(() => shared.close());
  });

/** Dozens of operations of all tenants at once; each sees its own threads, all of them and no other. */
async function interleave(of: SaverOf, cursor: boolean): Promise<void> {
  const savers = TENANTS.map((tenant) => [tenant, of(tenant)] as const);
  const ids = (tenant: string) => Array.from({ length: 4 }, (_, i) => `${tenant}:${i}`);
  await Promise.all(
    savers.flatMap(([tenant, saver]) =>
      ids(tenant).map(async (id) => {
        const last = await prepareThread(saver, id);
        await Promise.all([
          chainGraph(saver).invoke({ log: [id] }, thread(`${id} chain`)),
          saver.getTuple(thread(id)),
          saver.copyThread(id, `${id} copy`),
          saver.putWrites(last, [["more", id]], "another task"),
          saver.prune([id], { keepLast: 2 }),
          collect(saver.verify()),
        ]);
      }),
    ),
  );
  const seen = await Promise.all(
    savers.map(async ([tenant, saver]) => {
      const [threads, tuples, rows] = await Promise.all([
        saver.listThreads({ limit: 100 }),
        collect(saver.list({})),
        cursor ? collect(saver.list({}, { fetch: "cursor" })) : [],
      ]);
      if (cursor) expect(rows).toEqual(tuples);
      expect(new Set(tuples.map(({ config }) => config.configurable?.thread_id))).toEqual(
        new Set(threads.map(({ threadId }) => threadId)),
      );
      return [tenant, threads.map(({ threadId }) => threadId).sort()] as const;
    }),
  );
  for (const [tenant, threads] of seen) {
    const own = ids(tenant).flatMap((id) => [id, `${id} chain`, `${id} copy`]);
    expect(threads).toEqual(own.sort());
  }
}

async function tenantIn({ run }: Pick<Shared, "run">): Promise<string | null> {
  const [row] = await run("SELECT current_setting('app.tenant', true) AS tenant");
  // Where it was set for a transaction, Postgres leaves it empty after that.
  return (row as { tenant: string | null }).tenant || null;
}

/** What the setting is on every connection; so many questions at once meet all of them. */
async function leftOver(shared: Shared, { single }: Kind): Promise<Set<string | null>> {
  const length = single ? 1 : 10 * CONNECTIONS;
  return new Set(await Promise.all(Array.from({ length }, () => tenantIn(shared))));
}

describe.each(Object.entries(KINDS))("tenants over one %s", (_, kind) => {
  it("see, dozens of operations at once, all of their own rows and no others", () =>
    withTenants(kind, async (tenants) => {
      await interleave(tenants.of, kind.cursor);
      expect(await leftOver(tenants, kind)).toEqual(new Set([null]));
    }));

  it("can do everything with their own threads, at the same time", () =>
    withTenants(kind, async (tenants) => {
      const all = TENANTS.map((t) => everyOperation(tenants.of(t), `${t}:`, kind.cursor));
      await Promise.all(all);
    }));

  it("can't read, continue, copy, prune or delete a thread of somebody else", () =>
    withTenants(kind, async ({ of }) => {
      const [a, b] = [of("a"), of("b")];
      const config = await prepareThread(a, "a:1");
      const before = await collect(a.list({}));
      expect(await b.getTuple(config)).toBeUndefined();
      expect(await collect(b.list(thread("a:1")))).toEqual([]);
      const history = await b.getDeltaChannelHistory({ config, channels: ["log"] });
      expect(history.log?.writes).toEqual([]);
      const refused = { code: "42501" };
      const next = checkpoint({ log: "of b" });
      const put = b.put(config, next, METADATA, next.channel_versions);
      await expect(put).rejects.toMatchObject(refused);
      await expect(b.putWrites(config, [["log", 1]], "task")).rejects.toMatchObject(refused);
      await expect(b.copyThread("a:1", "b:1")).rejects.toMatchObject({ code: "WAYPOST_NO_THREAD" });
      await prepareThread(b, "b:1");
      await expect(b.copyThread("b:1", "a:1")).rejects.toMatchObject(refused);
      expect((await b.prune(["a:1"], { strategy: "delete" })).checkpoints).toBe(0);
      expect((await b.deleteForRuns(["run of a:1"])).checkpoints).toBe(0);
      await b.deleteThread("a:1");
      await b.sweep({ keepLast: 1 });
      expect(await collect(a.list({}))).toEqual(before);
    }));

  if (kind.cursor) {
    it("leave nothing behind where loops over a cursor end early, and get their connections back", () =>
      withTenants(kind, async (tenants) => {
        const saver = tenants.of("a");
        await prepareThread(saver, "a:1");
        for (let i = 0; i < 2 * CONNECTIONS; i++) {
          for await (const { config } of saver.list({}, { fetch: "cursor" })) {
            expect(config.configurable?.thread_id).toBe("a:1");
            break;
          }
          const failing = async () => {
            for await (const _ of saver.list({}, { fetch: "cursor" }))
              throw new Error("of the loop");
          };
          await expect(failing()).rejects.toThrow("of the loop");
        }
        expect(await leftOver(tenants, kind)).toEqual(new Set([null]));
      }));
  }

  it("leave nothing behind where an operation fails", () =>
    withTenants(kind, async (tenants) => {
      const refused = Array.from({ length: 2 * CONNECTIONS }, () =>
        prepareThread(tenants.of("a"), "b:1").then(
          () => "stored",
          ({ code }) => code,
        ),
      );
      expect(new Set(await Promise.all(refused))).toEqual(new Set(["42501"]));
      expect(await leftOver(tenants, kind)).toEqual(new Set([null]));
    }));
});

/** Runs the work in a transaction of the application, which it then commits. */
async function inTransaction(
  begin: Begin,
  url: string,
  work: (shared: Shared) => Promise<void>,
): Promise<void> {
  const { end, ...shared } = await begin(url, SETTINGS);
  await work(shared).catch(async (error) => {
    await end("rollback");
    throw error;
  });
  await end("commit");
}

describe.each(Object.entries(TRANSACTIONS))("tenants in one transaction: %s", (name, begin) => {
  it("see their own rows, and the caller's own setting is back after each operation", () =>
    withPolicies(async (schema, url) => {
      await inTransaction(begin, url, async (shared) => {
        const of = saverOf(shared, schema);
        await shared.run("SET LOCAL app.tenant = 'of the caller'");
        await interleave(of, false);
        expect(await tenantIn(shared)).toBe("of the caller");
        const none = of("a").copyThread("a:none", "a:copy");
        await expect(none).rejects.toMatchObject({ code: "WAYPOST_NO_THREAD" });
        expect(await tenantIn(shared)).toBe("of the caller");
      });
      await withClient(async (client) => {
        const count = `SELECT count(DISTINCT thread_id)::int AS threads FROM ${schema}.checkpoints`;
        expect((await client.query(count)).rows).toEqual([{ threads: 12 * TENANTS.length }]);
      });
    }));

  // It rolls back all of a transaction in which a statement failed.
  if (name === "postgres.js") return;

  it("go on after a savepoint, and so does the caller's setting", () =>
    withPolicies((schema, url) =>
      inTransaction(begin, url, async (shared) => {
        await shared.run("SET LOCAL app.tenant = 'of the caller'");
        await shared.run("SAVEPOINT here");
        const refused = prepareThread(saverOf(shared, schema)("a"), "b:1");
        await expect(refused).rejects.toMatchObject({ code: "42501" });
        await shared.run("ROLLBACK TO SAVEPOINT here");
        expect(await tenantIn(shared)).toBe("of the caller");
        await everyOperation(saverOf(shared, schema)("a"), "a:");
      }),
    ));
});

it("a tenant may have any name", () =>
  withTenants(KINDS["pg Pool"], async ({ of }) => {
    for (const name of HOSTILE) await prepareThread(of(name), `${name}:1`);
    for (const name of HOSTILE) {
      const threads = (await of(name).listThreads()).map(({ threadId }) => threadId);
      expect(threads).toEqual([`${name}:1`]);
    }
  }));

if (pgBouncerVersion === undefined) {
  it.skip("tenants through PgBouncer (it is not installed)", () => {});
} else {
  describe(`tenants through ${pgBouncerVersion} in transaction mode`, () => {
    it.each(Object.entries(KINDS))("see their own rows only: %s", (_, kind) => {
      const poolers: PgBouncer[] = [];
      const through = async (url: string) => {
        const bouncer = await PgBouncer.before(url, "transaction", 2);
        poolers.push(bouncer);
        return bouncer.url;
      };
      const work = async (tenants: Tenants) => {
        await interleave(tenants.of, kind.cursor);
        expect(await leftOver(tenants, kind)).toEqual(new Set([null]));
      };
      return withTenants(kind, work, through).finally(() =>
        Promise.all(poolers.map((bouncer) => bouncer[Symbol.asyncDispose]())),
      );
    });
  });
}
