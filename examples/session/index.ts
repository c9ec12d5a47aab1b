import { say, sayMessage, weatherAgent } from "@waypost/example-agent";
import { openSaver, thread } from "./session.ts";

const [question] = process.argv.slice(2);
if (question === undefined) throw new Error("Ask something: node index.ts 'your question'");
await using saver = await openSaver();
const agent = await weatherAgent(saver);

const { messages } = await agent.invoke(
  { messages: [{ role: "user", content: question }] },
  { configurable: { thread_id: thread } },
);
say(`${thread}, ${messages.length} messages`);
for (const message of messages) sayMessage(message);
