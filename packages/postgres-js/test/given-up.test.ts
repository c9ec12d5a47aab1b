import {
  checkpoint,
  databaseUrl,
  METADATA,
  thread,
  withClient,
  withSchema,
} from "@waypost/conformance/fixtures";
import { PostgresJsSaver } from "@waypost/postgres-js";
import postgres from "postgres";
import { expect, it } from "vitest";
import { send } from "../src/session.ts";

it("what is given up while a connection is made for a query of the caller's is never sent", () =>
  withSchema(async (schema) => {
    await using saver = PostgresJsSaver.fromConnString(databaseUrl(), { schema });
    await saver.setup();
    const sql = postgres(databaseUrl(), { max: 1, fetch_types: false });
    const impatient = new PostgresJsSaver(sql, { schema, timeout: 200 });
    const first = checkpoint({ log: ["a"] });
    const put = () => impatient.put(thread("1"), first, METADATA, first.channel_versions);
    const busy = await withClient(async (holder) => {
      await holder.query("SELECT pg_advisory_lock(hashtext($1))", [schema]);
      const waiting = sql`SELECT pg_advisory_xact_lock(hashtext(${schema}))`.execute();
      await expect(put()).rejects.toMatchObject({ code: "WAYPOST_TIMEOUT" });
      return { waiting };
    });
    await busy.waiting;
    await sql`SELECT 1`; // behind what waits
    expect(await impatient.getTuple(thread("1"))).toBeUndefined();
    const config = await put();
    expect((await saver.getTuple(config))?.checkpoint.channel_values).toEqual({ log: ["a"] });
    await sql.end();
  }));

it("what waited for a connection that is made too late is never sent, and others go on", () =>
  withSchema(async (schema) => {
    await using saver = PostgresJsSaver.fromConnString(databaseUrl(), { schema });
    await saver.setup();
    let open: () => void = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const sql = postgres(databaseUrl(), {
      ...{ max: 1, fetch_types: false },
      password: () => opened.then(() => decodeURIComponent(new URL(databaseUrl()).password)),
    });
    const impatient = new PostgresJsSaver(sql, { schema, timeout: 200 });
    const first = checkpoint({ log: ["a"] });
    const put = () => impatient.put(thread("1"), first, METADATA, first.channel_versions);
    await expect(put()).rejects.toMatchObject({ code: "WAYPOST_TIMEOUT" });
    open();
    expect(await sql`SELECT 1 AS one`).toMatchObject([{ one: 1 }]);
    expect(await saver.getTuple(thread("1"))).toBeUndefined();
    await put();
    expect(await saver.getTuple(thread("1"))).toBeDefined();
    await sql.end();
  }));

it("a statement that is given up while a connection is made does not count as done", async () => {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const sql = postgres(databaseUrl(), {
    ...{ max: 1, fetch_types: false },
    password: () => opened.then(() => decodeURIComponent(new URL(databaseUrl()).password)),
  });
  const limit = new AbortController();
  const statement = { text: "SELECT 'done' AS one", values: [], name: "" };
  const sent = send(sql, statement, undefined, limit.signal);
  const reason = new Error("given up");
  limit.abort(reason);
  open();
  await expect(sent).rejects.toBe(reason);
  await sql.end();
});
