import { say, sayBranch, shortId, THREAD, weatherAgent } from "@waypost/example-agent";
import { openSaver } from "./saver.ts";

await using saver = await openSaver();
const agent = await weatherAgent(saver);

// Newest first. A state with nothing to do next is the end of a branch.
for await (const state of agent.getStateHistory({ configurable: { thread_id: THREAD } })) {
  if (state.next.length > 0) continue;
  say(`a branch ends at checkpoint ${shortId(state.config)}, step ${state.metadata?.step}`);
  sayBranch(state.values.messages);
}
