import { Client } from "@langchain/langgraph-sdk";
import { say } from "@waypost/example-agent";
import { startServer } from "./server.ts";

/** `node index.ts ask`: a question, which waits for approval. `node index.ts approve`: a new server goes on. */
const THREAD = "019ad0aa-0000-7000-8000-000000000001";
const [act] = process.argv.slice(2);
const server = await startServer(0);
const client = new Client({ apiUrl: server.url });

async function run(payload: { input?: Record<string, unknown>; command?: { resume: unknown } }) {
  const stream = client.runs.stream(THREAD, "weather", { ...payload, streamMode: "updates" });
  for await (const { event, data } of stream) {
    if (event === "updates") say(`updates of ${Object.keys(data as object).join(", ")}`);
    if (event === "error") throw new Error(JSON.stringify(data));
  }
}

if (act === "ask") {
  await client.threads.create({ threadId: THREAD });
  await client.threads.delete(THREAD); // of an earlier run
  await client.threads.create({ threadId: THREAD });
  await run({ input: { messages: [{ role: "user", content: "what's the weather in sf" }] } });
} else {
  await run({ command: { resume: { decisions: [{ type: "approve" }] } } });
}

const state = await client.threads.getState<{ messages: { content: string }[] }>(THREAD);
const [waiting] = state.tasks.flatMap((task) => task.interrupts);
if (waiting === undefined) say(`answer: ${state.values.messages.at(-1)?.content}`);
else say(`waiting for a human: ${JSON.stringify(waiting.value).slice(0, 60)}…`);
const history = await client.threads.getHistory(THREAD, { limit: 100 });
say(`${history.length} checkpoints in the history`);
await server.stop();
