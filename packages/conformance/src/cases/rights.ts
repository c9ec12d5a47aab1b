import type { SaverOptions } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA } from "../checkpoints.ts";
import { scriptFor, withClient, withSchema } from "../database.ts";
import { thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { everyOperation, prepareThread } from "../operations.ts";
import { grants, policies, withRole } from "../roles.ts";

/** What a role can do that owns nothing and can't create anything. */
export function rightsCases(mode: Mode): void {
  /** Tables that somebody else has made, and a saver that connects as a role with the rights of the docs. */
  const asRole = (
    options: SaverOptions,
    more: (schema: string) => readonly string[],
    work: (saver: Saver) => Promise<void>,
  ) =>
    withSchema((schema) =>
      withRole(async ({ name, url }) => {
        await withClient(async (client) => {
          await client.query(scriptFor(mode, schema) + grants(schema, name));
          for (const command of more(schema)) await client.query(command);
        });
        const session = await mode.open(url, { ...options, schema });
        await work(session.saver).finally(() => session.close());
      }),
    );

  describe(`${mode.name}: rights`, () => {
    it("to read and write rows are enough for every operation", () =>
      asRole(
        {},
        () => [],
        (saver) => everyOperation(saver, "", mode.cursor),
      ));

    it("to read and write rows are enough with tombstones", () =>
      asRole(
        { tombstones: true },
        () => [],
        async (saver) => {
          await everyOperation(saver, "", mode.cursor);
          const put = saver.put(thread("deleteThread"), checkpoint({}), METADATA, {});
          await expect(put).rejects.toMatchObject({ code: "WAYPOST_THREAD_DELETED" });
        },
      ));

    it("that policies restrict to a tenant's rows are enough, with its name in the session", () =>
      asRole({ session: { "app.tenant": "a" } }, policies, async (saver) => {
        await everyOperation(saver, "a:", mode.cursor);
        const other = prepareThread(saver, "b:1");
        await expect(other).rejects.toThrow(/put of thread "b:1" failed.*row-level.*42501/);
      }));

    it("of a tenant that is not named reach nothing", () =>
      asRole({}, policies, async (saver) => {
        await expect(saver.getTuple(thread("a:1"))).rejects.toMatchObject({ code: "42704" });
      }));
  });
}
