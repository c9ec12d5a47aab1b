import { WaypostError } from "@waypost/pg";
import { openChat } from "../../../lib/chat.ts";

/** `POST /api/chat` with `{"thread": "…", "question": "…"}`: the answer, piece by piece. Not on the edge runtime: it has no TCP. */
export async function POST(request: Request): Promise<Response> {
  const { thread, question } = (await request.json()) as { thread: string; question: string };
  const { agent, saver } = await openChat();
  const lock = await saver.threadLock(thread, { wait: false }).catch((error) => {
    if (error instanceof WaypostError && error.code === "WAYPOST_THREAD_LOCKED") return undefined;
    throw error;
  });
  if (lock === undefined) return new Response("The thread is busy.", { status: 409 });

  const cancelled = new AbortController();
  const signal = AbortSignal.any([lock.signal, request.signal, cancelled.signal]);
  const text = new ReadableStream<string>({
    // Starts at once, and so ends and gives the lock back even if nobody reads.
    async start(controller) {
      await using _held = lock;
      const stream = await agent.stream(
        { messages: [{ role: "user", content: question }] },
        { configurable: { thread_id: thread }, streamMode: "messages", signal },
      );
      for await (const [message] of stream) {
        if (message.type === "ai" && message.text) controller.enqueue(message.text);
      }
      controller.close();
    },
    cancel: () => cancelled.abort(),
  });
  return new Response(text.pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
