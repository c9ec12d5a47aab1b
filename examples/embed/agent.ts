import type { BaseCheckpointSaver } from "@langchain/langgraph";
import { chatModel, getWeather } from "@waypost/example-agent";
import { createAgent, humanInTheLoopMiddleware } from "langchain";

/** An agent whose tool waits for a human, who approves, edits or rejects each call. */
export async function carefulAgent(checkpointer: BaseCheckpointSaver<number>) {
  const approval = humanInTheLoopMiddleware({ interruptOn: { get_weather: true } });
  const model = await chatModel();
  return createAgent({ model, tools: [getWeather], middleware: [approval], checkpointer }).graph;
}
