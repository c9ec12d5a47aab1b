import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chat } from "./chat.ts";
import { openAgent } from "./open-agent.ts";

/** `POST /threads/<id>` with `{"question": "…"}`. */
export async function startServer(port: number) {
  const { pool, saver, agent } = await openAgent();

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
