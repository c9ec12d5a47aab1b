import type { BaseMessage } from "@langchain/core/messages";
import { say, sayMessage, shortId } from "@waypost/example-agent";
import { saver, sql, thread } from "./client.ts";

let read = 0;
for await (const tuple of saver.list({ configurable: { thread_id: thread } })) {
  read++;
  const { messages = [] } = tuple.checkpoint.channel_values as { messages?: BaseMessage[] };
  const last = messages.at(-1);
  say(`step ${tuple.metadata?.step}, checkpoint ${shortId(tuple.config)}`);
  if (last?.type !== "tool") continue;
  sayMessage(last);
  break; // reads no further, and the connection is free
}

const [stored] = await sql`
  SELECT count(*) FROM example_stream.checkpoints WHERE thread_id = ${thread}`;
say(`the tool's last answer, found after ${read} of ${stored?.count} checkpoints`);
await sql.end();
