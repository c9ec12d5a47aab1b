import { Command } from "@langchain/langgraph";
import { say } from "@waypost/example-agent";
import { refundGraph } from "./refund.ts";
import { openSaver, threadOf } from "./saver.ts";

const [answer, thread] = process.argv.slice(2);
if (answer !== "yes" && answer !== "no") throw new Error("Answer yes or no.");
const config = threadOf(thread);
await using saver = await openSaver();
const graph = refundGraph(saver);

say(`process ${process.pid}, thread ${config.configurable.thread_id}`);
const { tasks } = await graph.getState(config);
const [question] = tasks.flatMap(({ interrupts }) => interrupts);
if (question === undefined) throw new Error("Nothing waits for an answer: run request.ts first.");
say(`${question.value} ${answer}`);
await graph.invoke(new Command({ resume: answer === "yes" }), config);
