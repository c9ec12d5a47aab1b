import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { END, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import type { Saver } from "../subjects/subject.ts";
import { conversation } from "./values.ts";

/** Messages that one turn adds: question, tool call, result, answer. */
export const MESSAGES_PER_TURN = 4;

const [, ANSWER] = conversation(2).map((message) => String(message.content)) as [string, string];

type State = typeof MessagesAnnotation.State;

/** Stands for a model that answers at once: what is left of a turn is LangGraph and the saver. */
function model({ messages }: State) {
  const last = messages.at(-1);
  if (last?.getType() === "tool") return { messages: [new AIMessage(ANSWER)] };
  const call = { id: `call-${messages.length}`, name: "look_up", args: { place: "harbour hotel" } };
  return { messages: [new AIMessage({ content: "", tool_calls: [call] })] };
}

function tools({ messages }: State) {
  const calls = (messages.at(-1) as AIMessage).tool_calls ?? [];
  return {
    messages: calls.map(({ id = "" }) => new ToolMessage({ tool_call_id: id, content: ANSWER })),
  };
}

const hasCalls = ({ messages }: State) =>
  ((messages.at(-1) as AIMessage).tool_calls ?? []).length > 0 ? "tools" : END;

/** An agent with one tool, which it uses once a turn. */
export function agent(checkpointer: Saver) {
  return new StateGraph(MessagesAnnotation)
    .addNode("model", model)
    .addNode("tools", tools)
    .addEdge(START, "model")
    .addConditionalEdges("model", hasCalls, ["tools", END])
    .addEdge("tools", "model")
    .compile({ checkpointer });
}

export type Agent = ReturnType<typeof agent>;

export const question = () => ({ messages: [new HumanMessage("Where can I stay at the coast?")] });

export const thread = (thread_id: string) => ({ configurable: { thread_id } });

/** Makes the thread one that has had so many turns. */
export async function remember(graph: Agent, threadId: string, turns: number): Promise<void> {
  if (turns === 0) return;
  const messages = conversation(turns * MESSAGES_PER_TURN);
  await graph.updateState(thread(threadId), { messages }, "model");
}
