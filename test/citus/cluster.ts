import { withClient, withSchema } from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import Cursor from "pg-cursor";

/** The coordinator, on which the tables are made. */
export function coordinatorUrl(): string {
  const url = process.env.CITUS_URL;
  if (!url) throw new Error("Set CITUS_URL to the coordinator of a Citus cluster.");
  return url;
}

/** A worker that has shards of the tables. */
export async function workerUrl(): Promise<string> {
  const { rows } = await withClient(
    (client) =>
      client.query(
        "SELECT nodename, nodeport FROM pg_dist_node WHERE shouldhaveshards ORDER BY groupid DESC LIMIT 1",
      ),
    coordinatorUrl(),
  );
  const url = new URL(coordinatorUrl());
  url.hostname = rows[0].nodename;
  url.port = rows[0].nodeport;
  return url.href;
}

/** Runs the work on tables that are distributed, in a schema of its own. */
export const withDistributed = <T>(
  work: (saver: PgSaver, schema: string) => Promise<T>,
): Promise<T> =>
  withSchema(async (schema) => {
    await using saver = PgSaver.fromConnString(coordinatorUrl(), { schema, cursor: Cursor });
    await saver.setup({ distribute: "citus" });
    return await work(saver, schema);
  }, coordinatorUrl());

/** What the coordinator sent: how many commands, and to how many nodes. */
export interface Sent {
  readonly commands: number;
  readonly nodes: number;
}

/** Runs the work with a saver on one connection; `sent` tells what the coordinator has sent since it was asked last. */
export async function withLog<T>(
  schema: string,
  work: (saver: PgSaver, sent: () => Sent) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: coordinatorUrl() });
  await client.connect();
  let nodes: string[] = [];
  client.on("notice", ({ message = "", detail = "" }) => {
    if (message.startsWith("issuing")) nodes.push(/on server (\S+)/.exec(detail)?.[1] ?? "");
  });
  try {
    await client.query("SET citus.log_remote_commands = on; SET client_min_messages = notice");
    return await work(new PgSaver(client, { schema }), () => {
      const sent = { commands: nodes.length, nodes: new Set(nodes).size };
      nodes = [];
      return sent;
    });
  } finally {
    await client.end();
  }
}
