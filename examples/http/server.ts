import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DATABASE_URL, weatherAgent } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { chat } from "./chat.ts";

/** `POST /threads/<id>` with `{"question": "…"}`. One pool, one saver and one agent for all requests. */
export async function startServer(port: number) {
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 20 });
  pool.on("error", (error) => console.error("idle connection lost:", error.message));
  const saver = new PgSaver(pool, { schema: "example_http" });
  await saver.setup();
  const agent = await weatherAgent(saver);

  const server = createServer((request, response) => {
    const thread = /^\/threads\/([\w-]+)$/.exec(request.url ?? "")?.[1];
    if (thread === undefined || request.method !== "POST") response.writeHead(404).end();
    else chat({ agent, saver }, thread, request, response).catch(() => response.destroy());
  }).listen(port, "127.0.0.1");
  await once(server, "listening");

  return {
    saver,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Answers what has been asked, then ends the pool. */
    async stop(): Promise<void> {
      server.close();
      server.closeIdleConnections();
      await once(server, "close");
      await pool.end();
    },
  };
}
