import type { CheckpointTuple } from "@langchain/langgraph-checkpoint";
import { Command, Option } from "commander";
import { count } from "../arguments.ts";
import { printable, printJson } from "../output.ts";
import { printPaged } from "../pager.ts";
import { loadSerde, tolerant } from "../serde.ts";
import { globalsOf, Session } from "../session.ts";
import { conversationLines, conversations } from "../show/conversation.ts";
import { documentOf } from "../show/document.ts";
import { drawing } from "../show/drawing.ts";
import { history } from "../show/history.ts";
import { findCheckpoint } from "../show/ids.ts";
import { diffLines, stateLines, stateOf } from "../show/state.ts";
import { Thread } from "../show/thread.ts";
import { requireThreads } from "../threads.ts";

interface Options {
  readonly checkpoint?: string;
  readonly diff?: [string, string];
  readonly limit: number;
  readonly messages?: true;
  readonly namespace?: string;
  readonly serde?: string;
}

const EXAMPLES = `
A checkpoint is named by its id, by the beginning of its id, or as "latest".

Signs: ● a step of the branch that the next run continues, ○ of another
  ⏸ a question, ✗ a failure, ✓ done, ▶ what runs next, → nodes that were sent to

Examples:
  waypost show 42                              what happened, and how it stands
  waypost show 42 --limit 20                   the newest 20 steps
  waypost show 42 --messages                   the conversation
  waypost show 42 --checkpoint latest          the values, writes and metadata
  waypost show 42 --checkpoint 1f0c8a3e-5d2b   the same of a step of the drawing
  waypost show 42 --diff 1f0c8a3e-5d2b latest  what changed between the two
  waypost show 42 --serde ./serde.js           values that only your application reads`;

export const showCommand = (): Command =>
  new Command("show")
    .description("show what a thread did, where it waits and why it failed")
    .argument("<thread>", "id of the thread")
    .option("--checkpoint <id>", "the values and pending writes of this one")
    .addOption(
      new Option("--diff <ids...>", "what changed from one checkpoint to another").conflicts([
        "checkpoint",
        "messages",
      ]),
    )
    .option("--messages", "the conversation at --checkpoint, by default the latest")
    .option("--limit <n>", "how many steps are drawn, the newest", count, Number.POSITIVE_INFINITY)
    .option("--namespace <name>", "of a subgraph, for the ids of checkpoints")
    .option("--serde <file>", "a module whose default export is your serializer")
    .addHelpText("after", EXAMPLES)
    .action(async (thread: string, options: Options, command: Command) => {
      if (options.diff !== undefined && options.diff.length !== 2)
        command.error("error: --diff takes two checkpoints");
      const globals = globalsOf(command);
      const serde = options.serde === undefined ? undefined : await loadSerde(options.serde);
      await using session = new Session(globals, tolerant(serde));
      await requireThreads(session, [thread]);
      await show(session, thread, options, globals.json);
    });

async function show(
  session: Session,
  threadId: string,
  { checkpoint, diff, limit, messages, namespace }: Options,
  json: boolean,
): Promise<void> {
  const read = (text: string) => tupleOf(session, threadId, text, namespace);
  if (diff !== undefined) {
    const lines = diffLines(await read(diff[0]), await read(diff[1]));
    await printPaged(() => lines);
  } else if (messages) {
    const found = await conversations(session, await read(checkpoint ?? "latest"));
    if (json) printJson(found);
    else await printPaged(() => conversationLines(found));
  } else if (checkpoint !== undefined) {
    const tuple = await read(checkpoint);
    if (json) printJson(stateOf(tuple));
    else await printPaged(() => stateLines(tuple));
  } else {
    const whole = new Thread(await history(session, threadId));
    if (json) printJson(await documentOf(session, threadId, whole));
    else await printPaged(() => drawing(session, threadId, whole, limit));
  }
}

async function tupleOf(
  session: Session,
  thread_id: string,
  text: string,
  namespace: string | undefined,
): Promise<CheckpointTuple> {
  const { namespace: checkpoint_ns, id } = await findCheckpoint(
    session,
    thread_id,
    text,
    namespace,
  );
  const config = { configurable: { thread_id, checkpoint_ns, checkpoint_id: id } };
  const tuple = await session.saver.getTuple(config);
  if (tuple === undefined) throw new Error(`Checkpoint "${printable(id)}" was removed just now.`);
  return tuple;
}
