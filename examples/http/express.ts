import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import { askTwice } from "./ask-twice.ts";
import { chat } from "./chat.ts";
import { openAgent } from "./open-agent.ts";

const { pool, ...parts } = await openAgent();

const app = express(); // no express.json() before this route: the handler reads the body
app.post("/threads/:thread", (request, response) =>
  chat(parts, request.params.thread, request, response),
);
const server = app.listen(0, "127.0.0.1");
await once(server, "listening");

await askTwice(
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  parts.saver,
  "express",
);
server.close();
await once(server, "close");
await pool.end();
