import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import {
  Annotation,
  Command,
  interrupt,
  MessagesAnnotation,
  Send,
  START,
  StateGraph,
} from "@langchain/langgraph";
import { collect, databaseUrl, thread, withSchema } from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";

const State = Annotation.Root({
  ...MessagesAnnotation.spec,
  notes: Annotation<string[]>({ reducer: (all, more) => [...all, ...more], default: () => [] }),
  report: Annotation<string>,
});

/** Looks something up, has a person review it in a subgraph and approve it, then mails it, which fails. */
function researchGraph(checkpointer: PgSaver) {
  const lookup = new StateGraph(State)
    .addNode("search", () => ({
      messages: [
        new ToolMessage({ content: "21 °C,\nlight rain", tool_call_id: "t1", name: "weather" }),
      ],
    }))
    .addNode("review", () => ({
      notes: [`reviewed: ${interrupt({ question: "Is this right?" })}`],
    }))
    .addEdge(START, "search")
    .addEdge("search", "review")
    .compile();
  const call = { id: "t1", name: "weather", args: { city: "Oslo" } };
  return new StateGraph(State)
    .addNode("model", () => ({ messages: [new AIMessage({ content: "", tool_calls: [call] })] }))
    .addNode("lookup", lookup)
    .addNode("approve", () => ({ notes: [`approved: ${interrupt("Send the report?")}`] }))
    .addNode("write", () => ({ report: "It rains. ".repeat(100) }))
    .addNode("gather", () => ({}))
    .addNode("mail", ({ to }: { to: string }) => {
      if (to === "bob") throw new TypeError("The mail server refused it:\n550 no such mailbox");
      return { notes: [`mailed ${to}`] };
    })
    .addEdge(START, "model")
    .addEdge("model", "lookup")
    .addEdge("lookup", "approve")
    .addEdge("lookup", "write")
    .addEdge(["approve", "write"], "gather")
    .addConditionalEdges("gather", () => [
      new Send("mail", { to: "ann" }),
      new Send("mail", { to: "bob" }),
    ])
    .compile({ checkpointer });
}

const answer = (resume: string) => new Command<string, Record<string, never>, never>({ resume });

/** A schema with a thread `research` of two answered questions, a failed node, a subgraph and two forks. */
export function withResearch(
  work: (schema: string, saver: PgSaver) => Promise<void>,
): Promise<void> {
  return withSchema(async (schema) => {
    await using saver = PgSaver.fromConnString(databaseUrl(), { schema });
    await saver.setup();
    const graph = researchGraph(saver);
    const config = thread("research");
    await graph.invoke({ messages: [new HumanMessage("What's the weather in Oslo?")] }, config);
    const { config: asking } = await graph.getState(config);
    const states = await collect(graph.getStateHistory(config));
    const early = states.find(({ next }) => next.includes("model"));
    await graph.updateState(early?.config ?? {}, { notes: ["another way"] }, "model");
    await graph.updateState(early?.config ?? {}, { notes: ["a third way"] }, "model");
    await graph.invoke(answer("yes"), asking);
    await graph.invoke(answer("ok"), config).catch(() => {});
    await work(schema, saver);
  });
}
