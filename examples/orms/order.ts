import { MessagesAnnotation, StateGraph } from "@langchain/langgraph";
import { say } from "@waypost/example-agent";
import type { WaypostSaver } from "@waypost/pg";
import type pg from "pg";

export const schema = "example_orms";
export const ITEM = "umbrella";
export const UNDO = new Error("undone on purpose");

/** How an ORM runs work in its transaction: it inserts an order, and passes on a saver that joins it. */
export type Transact = (work: (saver: WaypostSaver) => Promise<void>) => Promise<void>;

const builder = new StateGraph(MessagesAnnotation)
  .addNode("reply", () => ({ messages: [{ role: "assistant", content: "Your order is placed." }] }))
  .addEdge("__start__", "reply");

/** An order and a run that are committed together, and others that are rolled back together. */
export async function demonstrate(
  name: string,
  pool: pg.Pool,
  saver: WaypostSaver,
  transact: Transact,
) {
  await saver.setup();
  await pool.query(
    `CREATE TABLE IF NOT EXISTS ${schema}.orders (id serial PRIMARY KEY, item text)`,
  );
  await pool.query(`TRUNCATE ${schema}.orders`);
  await saver.deleteThread(name);
  const thread = { configurable: { thread_id: name } };
  const run = async (joined: WaypostSaver) => {
    const graph = builder.compile({ checkpointer: joined });
    await graph.invoke({ messages: [{ role: "user", content: ITEM }] }, thread);
  };
  const count = async () => {
    const { rows } = await pool.query(`SELECT count(*)::int AS orders FROM ${schema}.orders`);
    const state = await builder.compile({ checkpointer: saver }).getState(thread);
    return `${rows[0].orders} order, ${state.values.messages?.length ?? 0} messages`;
  };

  await transact(run);
  say(`${name}: committed ${await count()}`);
  const undone = transact(async (joined) => {
    await run(joined);
    throw UNDO; // as if your own code had failed here
  });
  await undone.catch((error) => {
    if (error !== UNDO) throw error;
  });
  say(`${name}: after a rollback still ${await count()}`);
}
