import { tool } from "@langchain/core/tools";
import {
  type BaseCheckpointSaver,
  END,
  MessagesAnnotation,
  START,
  StateGraph,
} from "@langchain/langgraph";
import { ToolNode, toolsCondition } from "@langchain/langgraph/prebuilt";
import { z } from "zod";
import { ScriptedModel } from "./scripted-model.ts";

const getWeather = tool(
  ({ location }) =>
    /^(sf|san francisco)\b/i.test(location)
      ? "It's 60 degrees and foggy."
      : "It's 90 degrees and sunny.",
  {
    name: "get_weather",
    description: "The current weather in a city.",
    schema: z.object({ location: z.string().describe("The city, e.g. sf") }),
  },
);

/** OpenAI's model where `OPENAI_API_KEY` is set, or else the script. */
async function chatModel() {
  if (!process.env.OPENAI_API_KEY) return new ScriptedModel();
  const { ChatOpenAI } = await import("@langchain/openai");
  return new ChatOpenAI({ model: process.env.OPENAI_MODEL ?? "gpt-5-mini" });
}

/** An agent that looks up the weather and remembers its conversations in the checkpointer. */
export async function weatherAgent(checkpointer: BaseCheckpointSaver<number>) {
  const model = (await chatModel()).bindTools([getWeather]);
  return new StateGraph(MessagesAnnotation)
    .addNode("agent", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode("tools", new ToolNode([getWeather]))
    .addEdge(START, "agent")
    .addConditionalEdges("agent", toolsCondition, ["tools", END])
    .addEdge("tools", "agent")
    .compile({ checkpointer });
}

export type WeatherAgent = Awaited<ReturnType<typeof weatherAgent>>;
