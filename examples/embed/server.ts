import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { createEmbedServer } from "@langchain/langgraph-api/experimental/embed";
import { DATABASE_URL } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { carefulAgent } from "./agent.ts";
import { threadsIn } from "./threads.ts";

const schema = "example_embed";

/** LangGraph's routes for threads and runs, over a saver. */
export async function startServer(port: number) {
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 20 });
  pool.on("error", (error) => console.error("idle connection lost:", error.message));
  const saver = new PgSaver(pool, { schema });
  await saver.setup();

  const app = createEmbedServer({
    graph: { weather: await carefulAgent(saver) },
    checkpointer: saver,
    threads: await threadsIn(pool, schema, saver),
  });
  const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" });
  if (!server.listening) await once(server, "listening");

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop(): Promise<void> {
      server.close();
      if ("closeIdleConnections" in server) server.closeIdleConnections();
      await once(server, "close");
      await pool.end();
    },
  };
}
