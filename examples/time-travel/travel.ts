import { AIMessage } from "@langchain/core/messages";
import {
  say,
  sayMessage,
  shortId,
  THREAD,
  type WeatherAgent,
  weatherAgent,
} from "@waypost/example-agent";
import { openSaver } from "./saver.ts";

await using saver = await openSaver();
const agent = await weatherAgent(saver);

const { config, call } = await beforeTheTool(agent);
say(`going back to checkpoint ${shortId(config)}, before the tool ran`);
sayMessage(call);

// A message takes the place of the one with the same id.
const tool_calls = call.tool_calls?.map((old) => ({ ...old, args: { city: "nyc" } }));
const edited = new AIMessage({ id: call.id, content: call.content, tool_calls });
const fork = await agent.updateState(config, { messages: [edited] });
say(`going on from checkpoint ${shortId(fork)}, with another city`);
const { messages } = await agent.invoke(null, fork);
for (const message of messages.slice(1)) sayMessage(message);

/** The newest state in which the agent had called the tool, and the tool had not run. */
async function beforeTheTool(agent: WeatherAgent) {
  const thread = { configurable: { thread_id: THREAD } };
  for await (const { next, config, values } of agent.getStateHistory(thread)) {
    const call = values.messages?.at(-1);
    if (next.includes("tools") && AIMessage.isInstance(call)) return { config, call };
  }
  throw new Error("The agent called no tool: run `node index.ts ask` first.");
}
