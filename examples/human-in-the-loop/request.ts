import { INTERRUPT, isInterrupted } from "@langchain/langgraph";
import { say } from "@waypost/example-agent";
import { refundGraph } from "./refund.ts";
import { openSaver, threadOf } from "./saver.ts";

const [amount = "40", thread] = process.argv.slice(2);
const config = threadOf(thread);
await using saver = await openSaver();
await saver.deleteThread(config.configurable.thread_id); // of an earlier run

say(`process ${process.pid}, thread ${config.configurable.thread_id}`);
const state = await refundGraph(saver).invoke({ amount: Number(amount) }, config);
if (!isInterrupted<string>(state)) throw new Error("The graph asked nobody.");
say(`waiting for an answer to: ${state[INTERRUPT][0]?.value}`);
