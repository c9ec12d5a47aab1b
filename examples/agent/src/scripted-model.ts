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
  if (last?.type === "tool") return new AIMessage(`In ${lastCity(messages)}: ${last.text}`);

  const asked = /weather in ([\w ]+)/i.exec(last?.text ?? "")?.[1];
  if (asked !== undefined) return callWeather(asked, messages.length);

  const city = lastCity(messages);
  const weather = messages.findLast((message) => message.type === "tool")?.text;
  if (city === undefined || weather === undefined) {
    return new AIMessage("I don't know which city you mean.");
  }
  const advice = weather.includes("foggy") ? "Yes, take a jacket" : "No jacket needed";
  return new AIMessage(`${advice}: you asked about ${city}, and there ${lowerFirst(weather)}`);
}

function callWeather(location: string, turn: number): AIMessage {
  const call = { id: `call_${turn}`, name: "get_weather", args: { location } };
  return new AIMessage({ content: "", tool_calls: [{ ...call, type: "tool_call" }] });
}

/** The city of the latest tool call in the conversation. */
function lastCity(messages: readonly BaseMessage[]): string | undefined {
  const calls = messages.flatMap((message) =>
    AIMessage.isInstance(message) ? (message.tool_calls ?? []) : [],
  );
  return calls.at(-1)?.args.location;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
