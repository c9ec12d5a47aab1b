import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import type { WeatherAgent } from "@waypost/example-agent";
import { type PgSaver, WaypostError } from "@waypost/pg";

/** Streams the agent's answer as server-sent events. Express can mount it as it is. */
export async function chat(
  { agent, saver }: { agent: WeatherAgent; saver: PgSaver },
  thread: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { question } = (await json(request)) as { question: string };
  const gone = new AbortController();
  response.once("close", () => gone.abort()); // nobody listens any more

  try {
    // A double click asks twice. Two runs at a time would fork the thread.
    await using lock = await saver.threadLock(thread, { wait: false });
    const stream = await agent.stream(
      { messages: [{ role: "user", content: question }] },
      {
        configurable: { thread_id: thread },
        streamMode: "messages",
        signal: AbortSignal.any([lock.signal, gone.signal]),
      },
    );
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    for await (const [{ type, text }] of stream) {
      if (text) response.write(`data: ${JSON.stringify({ type, text })}\n\n`);
    }
    response.end();
  } catch (error) {
    if (gone.signal.aborted) return;
    if (response.headersSent)
      response.destroy(); // a client must not take a part for the whole
    else response.writeHead(statusOf(error)).end();
    if (statusOf(error) === 500) console.error(error);
  }
}

const statusOf = (error: unknown): number =>
  error instanceof WaypostError && error.code === "WAYPOST_THREAD_LOCKED" ? 409 : 500;
