import {
  Annotation,
  type BaseCheckpointSaver,
  END,
  interrupt,
  START,
  StateGraph,
} from "@langchain/langgraph";
import { say } from "@waypost/example-agent";

const Refund = Annotation.Root({
  amount: Annotation<number>,
  approved: Annotation<boolean>,
});

/** Checks a refund, waits for a human's answer however long that takes, and settles it. */
export function refundGraph(checkpointer: BaseCheckpointSaver<number>) {
  return new StateGraph(Refund)
    .addNode("check", ({ amount }) => {
      say(`checking: the order allows a refund of ${amount} euros`);
      return {};
    })
    .addNode("approve", ({ amount }) => ({
      approved: interrupt<string, boolean>(`Refund ${amount} euros?`),
    }))
    .addNode("settle", ({ amount, approved }) => {
      say(approved ? `paying ${amount} euros` : "paying nothing");
      return {};
    })
    .addEdge(START, "check")
    .addEdge("check", "approve")
    .addEdge("approve", "settle")
    .addEdge("settle", END)
    .compile({ checkpointer });
}
