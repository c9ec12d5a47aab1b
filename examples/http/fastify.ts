import fastify from "fastify";
import { askTwice } from "./ask-twice.ts";
import { chat } from "./chat.ts";
import { openAgent } from "./open-agent.ts";

const { pool, ...parts } = await openAgent();

const app = fastify();
app.removeContentTypeParser(["application/json", "text/plain"]);
app.addContentTypeParser("*", (_request, _payload, done) => done(null)); // the handler reads the body
app.post<{ Params: { thread: string } }>("/threads/:thread", async (request, reply) => {
  reply.hijack(); // the handler answers
  await chat(parts, request.params.thread, request.raw, reply.raw);
});

await askTwice(await app.listen({ port: 0, host: "127.0.0.1" }), parts.saver, "fastify");
await app.close();
await pool.end();
