import { tool } from "@langchain/core/tools";
import type { BaseCheckpointSaver } from "@langchain/langgraph";
import { createAgent } from "langchain";
import { z } from "zod";
import { askForKeys } from "./keys.ts";
import { ScriptedModel } from "./scripted-model.ts";

const WEATHER = new Map([
  ["nyc", "It might be cloudy in nyc"],
  ["sf", "It's always sunny in sf"],
]);

export const getWeather = tool(({ city }) => WEATHER.get(city.toLowerCase()) ?? "Unknown city", {
  name: "get_weather",
  description: "The weather in a city.",
  schema: z.object({ city: z.string().describe("The city: nyc or sf") }),
});

/** OpenAI's model where there is a key, or else the script. */
export async function chatModel() {
  await askForKeys();
  if (!process.env.OPENAI_API_KEY) return new ScriptedModel();
  const { ChatOpenAI } = await import("@langchain/openai");
  return new ChatOpenAI({ model: process.env.OPENAI_MODEL ?? "gpt-4o-mini", temperature: 0 });
}

/** An agent that looks up the weather and remembers its conversations in the checkpointer. */
export async function weatherAgent(checkpointer: BaseCheckpointSaver<number>) {
  const model = await chatModel();
  // The graph of an agent also has what the agent leaves out: its states, typed, and their history.
  return createAgent({ model, tools: [getWeather], checkpointer }).graph;
}

export type WeatherAgent = Awaited<ReturnType<typeof weatherAgent>>;
