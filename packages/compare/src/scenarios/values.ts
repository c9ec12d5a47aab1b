import { randomUUID } from "node:crypto";
import { AIMessage, type BaseMessage, HumanMessage } from "@langchain/core/messages";
import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import { checkpoint, METADATA } from "@waypost/conformance/checkpoints";

/** A sentence or three, as people and models write; each differs, so that compression gains nothing unreal. */
const SENTENCES = [
  "The train to the coast leaves at nine, and there are still seats in the second carriage.",
  "I have compared the three offers, and the one from the harbour hotel includes breakfast.",
  "Could you look up whether the museum is open on Mondays, and what the entrance costs?",
  "It rains until noon; after that the forecast promises sun and a light wind from the west.",
  "Your reservation has been changed as you asked, and the confirmation is on its way.",
];

/** A conversation of `count` messages, each about half a kilobyte once it is stored. */
export function conversation(count: number): BaseMessage[] {
  return Array.from({ length: count }, (_, i) => {
    const id = `message-${i}`;
    const content = `${i}. ${[0, 1, 3].map((step) => SENTENCES[(i + step) % SENTENCES.length]).join(" ")}`;
    return i % 2 === 0 ? new HumanMessage({ id, content }) : new AIMessage({ id, content });
  });
}

/** Values of `channels` channels: the conversation, whose last message is that of the step, and small ones beside it. */
export function channelValues(
  messages: number,
  channels: number,
  step = 0,
): Record<string, unknown> {
  const others = Array.from({ length: channels - 1 }, (_, i) => [
    `channel_${i}`,
    { step: i + step, note: SENTENCES[(i + step) % SENTENCES.length] },
  ]);
  const last = new AIMessage({
    id: `step-${step}`,
    content: SENTENCES[step % SENTENCES.length] ?? "",
  });
  return { messages: [...conversation(messages - 1), last], ...Object.fromEntries(others) };
}

/** What a channel holds at one step and at the next, by turns: at no step what it held before. */
export const changingValues = (messages: number, channels: number) =>
  [0, 1].map((step) => channelValues(messages, channels, step));

/** Texts of all that a `put` of these values stores, as LangGraph's own serializer writes it. */
export async function storedTexts(values: Record<string, unknown>): Promise<string[]> {
  const { channel_values: _, ...header } = checkpoint(values);
  return [
    ...(await Promise.all(Object.values(values).map(serialized))),
    JSON.stringify(header),
    JSON.stringify(METADATA),
  ];
}

export async function serialized(value: unknown): Promise<string> {
  const [, bytes] = await new JsonPlusSerializer().dumpsTyped(value);
  return new TextDecoder().decode(bytes);
}

export interface ThreadConfig {
  readonly configurable: {
    readonly thread_id: string;
    readonly checkpoint_ns: string;
    readonly checkpoint_id?: string;
  };
}

export const threadConfig = (thread_id: string = randomUUID()): ThreadConfig => ({
  configurable: { thread_id, checkpoint_ns: "" },
});

export { checkpoint, METADATA };
