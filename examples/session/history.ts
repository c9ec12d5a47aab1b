import type { BaseMessage } from "@langchain/core/messages";
import { say, shortId } from "@waypost/example-agent";
import { openSaver, thread } from "./session.ts";

await using saver = await openSaver();
for await (const { config, checkpoint, metadata } of saver.list({
  configurable: { thread_id: thread },
})) {
  const { messages = [] } = checkpoint.channel_values as { messages?: BaseMessage[] };
  say(`step ${metadata?.step}, checkpoint ${shortId(config)}: ${messages.length} messages`);
}
