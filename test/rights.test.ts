import { readFileSync } from "node:fs";
import type { Saver } from "@waypost/conformance";
import {
  freshName,
  grants,
  OPERATIONS,
  policies,
  prepareThread,
  type Role,
  withClient,
  withRole,
  withSchema,
} from "@waypost/conformance/fixtures";
import { setupScript, TABLES } from "@waypost/core/adapter";
import { PgSaver } from "@waypost/pg";
import type pg from "pg";
import { describe, expect, it } from "vitest";

const PAGE = readFileSync(new URL("../docs/security.md", import.meta.url), "utf8");

interface Right {
  readonly table: string;
  readonly right: string;
}

/** The page's table of rights, by the name of the operation. */
const RIGHTS: readonly (readonly [string, readonly Right[]])[] = (() => {
  const [, body = ""] = PAGE.split("\n| Operation ");
  const [lines = ""] = body.split("\n\n");
  const [head = [], , ...rows] = lines
    .split("\n")
    .map((line) => line.replaceAll("`", "").split("|").slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
  return rows.flatMap(([operations = "", ...cells]) =>
    operations.split(", ").map((operation) => {
      const rights = cells.flatMap((cell, i) =>
        cell
          .split(", ")
          .filter((right) => right !== "")
          .map((right) => ({ table: head[i] ?? "", right })),
      );
      return [operation, rights] as const;
    }),
  );
})();

interface Place {
  readonly client: pg.Client;
  readonly role: Role;
  readonly schema: string;
  readonly tombstones: boolean;
}

/** A saver of the owner, and others of a role without any right to the tables. */
const withBoth = (
  tombstones: boolean,
  work: (place: Place, owner: Saver, open: () => PgSaver) => Promise<void>,
) =>
  withSchema((schema) =>
    withRole((role) =>
      withClient(async (client) => {
        await client.query(setupScript(schema));
        await client.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role.name}`);
        const owner = new PgSaver(client, { schema, tombstones });
        const open = () => PgSaver.fromConnString(role.url, { schema, tombstones });
        await work({ client, role, schema, tombstones }, owner, open);
      }),
    ),
  );

/** Runs the operation with these rights and no others; says with which code it failed, if it did. */
async function runWith(
  { client, role, schema }: Place,
  rights: readonly Right[],
  run: () => Promise<void>,
): Promise<string> {
  await client.query(`REVOKE ALL ON ALL TABLES IN SCHEMA ${schema} FROM ${role.name}`);
  for (const { table, right } of rights) {
    await client.query(`GRANT ${right} ON ${schema}.${table} TO ${role.name}`);
  }
  return run().then(
    () => "done",
    (error) => error.code ?? String(error),
  );
}

describe("docs/security.md", () => {
  it("names every operation", () => {
    const named = RIGHTS.map(([operation]) => operation.replace(" on tables that are ready", ""));
    const plain = named.filter((operation) => !operation.endsWith("with tombstones"));
    expect(plain.sort()).toEqual(Object.keys(OPERATIONS).sort());
  });

  it.each(RIGHTS)(
    "says the rights that %s needs: they are enough, and none can be missing",
    (name, rights) =>
      withBoth(name.endsWith("with tombstones"), async (place, owner, open) => {
        const work = OPERATIONS[name.replace(/ with tombstones| on tables.*/, "")];
        const run = async () => {
          const id = freshName();
          // It remembers nothing of what it was allowed to read before.
          await using saver = open();
          await work?.(saver, id, await prepareThread(owner, id), owner);
        };
        expect(rights).not.toEqual([]);
        for (const missing of rights) {
          const others = rights.filter((right) => right !== missing);
          const outcome = await runWith(place, others, run);
          expect({ missing, outcome }).toEqual({ missing, outcome: "42501" });
        }
        expect(await runWith(place, rights, run)).toBe("done");
      }),
  );

  it("needs of each table what the list of tables says, by which `waypost doctor` goes", () => {
    for (const { name, rights } of Object.values(TABLES)) {
      const needed = RIGHTS.flatMap(([, all]) => all.filter(({ table }) => table === name));
      expect([name, ...new Set(needed.map(({ right }) => right))].sort()).toEqual(
        [name, ...rights].sort(),
      );
    }
  });

  it("grants all of them, and makes the policies that are tested", () => {
    const code = PAGE.match(/^```sql\n(.*?)^```$/gms)?.join("");
    expect(code).toContain(grants("agents", "app"));
    expect(code).toContain(policies("agents").join(""));
  });
});
