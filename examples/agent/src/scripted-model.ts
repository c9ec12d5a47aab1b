import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";

/**
 * A chat model that follows a script, so that the examples need no key and no network. What it says
 * depends only on the messages it is given, as with any chat model: it has no memory of its own.
 */
export class ScriptedModel extends BaseChatModel {
  constructor() {
    super({});
  }

  override _llmType(): string {
    return "scripted";
  }

  /** The script knows the one tool there is. */
  override bindTools(): this {
    return this;
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const message = reply(messages);
    return { generations: [{ message, text: message.text }] };
  }
}

function reply(messages: readonly BaseMessage[]): AIMessage {
  const last = messages.at(-1);
  if (last?.type === "tool") return new AIMessage(`${last.text}.`);

  const city = /weather in ([\w ]+)/i.exec(last?.text ?? "")?.[1];
  if (city !== undefined) return callWeather(city, messages.length);

  const weather = messages.findLast((message) => message.type === "tool")?.text;
  if (weather === undefined || weather === "Unknown city") {
    return new AIMessage("I don't know which city you mean.");
  }
  const advice = weather.includes("sunny") ? "No jacket needed" : "Take a jacket";
  return new AIMessage(`${advice}: ${lowerFirst(weather)}.`);
}

function callWeather(city: string, turn: number): AIMessage {
  const call = { id: `call_${turn}`, name: "get_weather", args: { city } };
  return new AIMessage({ content: "", tool_calls: [{ ...call, type: "tool_call" }] });
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
