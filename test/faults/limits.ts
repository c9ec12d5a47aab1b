import { setTimeout as wait } from "node:timers/promises";
import { withClient } from "@waypost/conformance/database";
import pg from "pg";
import type { Fault, World } from "./fault.ts";

/** Takes connections until the server has none left, and ends the savers' own. */
async function occupy(url: string, taken: pg.Client[]): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    try {
      await client.connect();
    } catch {
      return;
    }
    taken.push(client);
  }
}

const endSavers = (client: pg.Client, { schemas }: World) =>
  client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ANY ($1)",
    [schemas],
  );

/** The tablespace on the small disk, in which the savers' tables are. */
export const SMALL = "small";

/** The server has no more of something. */
export const LIMITS: readonly Fault[] = [
  {
    name: "no connection left",
    async strike(world) {
      const taken: pg.Client[] = [];
      await occupy(world.server.url, taken);
      const [first] = taken;
      if (first !== undefined) {
        await endSavers(first, world);
        await occupy(world.server.url, taken);
      }
      await wait(300);
      await Promise.all(taken.map((client) => client.end()));
    },
  },
];

export const DISK_FULL: Fault = {
  name: "disk full",
  errors: ["53100"],
  strike: ({ server }) =>
    withClient(async (client) => {
      await client.query(
        `CREATE TABLE public.filler (bytes text STORAGE EXTERNAL) TABLESPACE ${SMALL}`,
      );
      // Ever smaller pieces, until not one page is left.
      for (const size of [1_000_000, 100_000, 1000]) {
        const fill = () =>
          client.query("INSERT INTO public.filler VALUES (repeat('x', $1))", [size]);
        for (let full = false; !full; ) {
          await fill().catch((error: { code?: string }) => {
            if (error.code !== "53100") throw error;
            full = true;
          });
        }
      }
      await wait(300);
      await client.query("DROP TABLE public.filler");
    }, server.url),
};
