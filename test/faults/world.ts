import { withClient } from "@waypost/conformance/database";
import { ControlledPostgres } from "@waypost/dev-postgres";
import { CONTENTION } from "./contention.ts";
import type { Fault, World } from "./fault.ts";
import { DISK_FULL, DISK_MEGABYTES, LIMITS, SMALL } from "./limits.ts";
import { NETWORK } from "./network.ts";
import { FaultProxy } from "./proxy.ts";
import { RESTARTS } from "./restarts.ts";

/** What any server can suffer; a full disk needs a server that has a small one. */
export const FAULTS: readonly Fault[] = [...RESTARTS, ...NETWORK, ...LIMITS, ...CONTENTION];
export { DISK_FULL };

/** A server to break, and the network before it. */
export interface Stage extends Omit<World, "schemas">, AsyncDisposable {}

/** Pools of three drivers fit in, and little more. */
const SETTINGS = { max_connections: "40" };

/** @param smallDisk whether tables are on a disk that can be filled; Linux only */
export async function stage(smallDisk = false): Promise<Stage> {
  const diskMegabytes = smallDisk ? DISK_MEGABYTES : undefined;
  const server = await ControlledPostgres.create({ settings: SETTINGS, diskMegabytes });
  const { disk } = server;
  if (disk !== undefined) {
    await withClient(async (client) => {
      await client.query(`CREATE TABLESPACE ${SMALL} LOCATION ${client.escapeLiteral(disk)}`);
      await client.query(`ALTER DATABASE postgres SET default_tablespace = ${SMALL}`);
    }, server.url);
  }
  const proxy = await FaultProxy.before(server.url);
  return {
    server,
    proxy,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Whether this user may give a server a disk of its own. */
export const canMount = (): Promise<boolean> =>
  ControlledPostgres.create({ diskMegabytes: DISK_MEGABYTES }).then(
    (server) => server[Symbol.asyncDispose]().then(() => true),
    () => false,
  );
