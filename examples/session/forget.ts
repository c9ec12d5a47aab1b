import { say } from "@waypost/example-agent";
import { openSaver, thread } from "./session.ts";

await using saver = await openSaver();
await saver.deleteThread(thread);

const tuple = await saver.getTuple({ configurable: { thread_id: thread } });
say(`${thread}: ${tuple === undefined ? "nothing is left" : "something is left"}`);
