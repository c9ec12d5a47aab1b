import { setTimeout as wait } from "node:timers/promises";
import { withClient } from "@waypost/conformance/database";
import type { Fault } from "./fault.ts";

/** Waits until the server has recovered by itself. */
async function accepting(url: string): Promise<void> {
  for (let accepts = false; !accepts; ) {
    await wait(50);
    accepts = await withClient(async () => true, url).catch(() => false);
  }
}

/** The server ends and comes back. */
export const RESTARTS: readonly Fault[] = [
  {
    name: "restart",
    async strike({ server }) {
      await server.stop();
      await wait(100);
      await server.start();
    },
  },
  {
    name: "crash and recovery",
    async strike({ server }) {
      await server.kill();
      await server.start();
    },
  },
  {
    name: "one session's process killed",
    async strike({ server }) {
      const victim = await withClient(async (client) => {
        const { rows } = await client.query(
          `SELECT pid FROM pg_stat_activity
           WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1`,
        );
        return rows[0]?.pid as number | undefined;
      }, server.url);
      // The server ends all sessions then, as memory that they share may be damaged, and recovers.
      if (victim !== undefined) process.kill(victim, "SIGKILL");
      await accepting(server.url);
    },
  },
];
