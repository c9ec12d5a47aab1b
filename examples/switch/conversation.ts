import { AIMessage } from "@langchain/core/messages";
import {
  type BaseCheckpointSaver,
  type BaseStore,
  MessagesAnnotation,
  START,
  StateGraph,
} from "@langchain/langgraph";
import { PostgresStore } from "@langchain/langgraph-checkpoint-postgres/store";
import { DATABASE_URL, say, sayMessage } from "@waypost/example-agent";

export const schema = "example_switch";
const config = { configurable: { thread_id: "before-and-after" } };

/** LangGraph's store for memories across threads. It always opens a pool of its own. */
export const openStore = () =>
  new PostgresStore({ connectionOptions: { connectionString: DATABASE_URL, max: 2 }, schema });

/** Counts in the thread, which the saver keeps, and in the store. */
const counter = new StateGraph(MessagesAnnotation)
  .addNode("count", async ({ messages }, { store }) => {
    const visits = Number((await store?.get(["visits"], "ann"))?.value.count ?? 0) + 1;
    await store?.put(["visits"], "ann", { count: visits });
    return { messages: [new AIMessage(`message ${messages.length}, visit ${visits}`)] };
  })
  .addEdge(START, "count");

/** One more question in the thread. The graph does not know which saver it has. */
export async function ask(checkpointer: BaseCheckpointSaver<number>, store: BaseStore) {
  const graph = counter.compile({ checkpointer, store });
  const { messages } = await graph.invoke({ messages: ["I am here"] }, config);
  say(`${checkpointer.constructor.name}: ${messages.length} messages in the thread`);
  for (const message of messages.slice(-2)) sayMessage(message);
}

export async function forget(checkpointer: BaseCheckpointSaver<number>, store: BaseStore) {
  await checkpointer.deleteThread(config.configurable.thread_id);
  await store.delete(["visits"], "ann");
}
