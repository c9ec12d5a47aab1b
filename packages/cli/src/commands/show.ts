import { inspect } from "node:util";
import type { CheckpointTuple } from "@langchain/langgraph-checkpoint";
import { Command } from "commander";
import { createTwoFilesPatch } from "diff";
import { history, type Step } from "../history.ts";
import { bold, bytes, dim, hasColors, print, printable, printJson, time } from "../output.ts";
import { globalsOf, Session } from "../session.ts";
import { requireThreads } from "../threads.ts";
import { drawTree } from "../tree.ts";

interface Options {
  readonly checkpoint?: string;
  readonly diff?: [string, string];
  readonly namespace: string;
}

export const showCommand = (): Command =>
  new Command("show")
    .description("draw a thread's checkpoints with their forks, or show the values of one")
    .argument("<thread>", "id of the thread")
    .option("--checkpoint <id>", "the values and pending writes of this one")
    .option("--diff <id...>", "what changed from one checkpoint to another")
    .option("--namespace <name>", "of a subgraph, for --checkpoint and --diff", "")
    .action(async (thread: string, options: Options, command: Command) => {
      const { checkpoint, diff, namespace } = options;
      if (diff !== undefined && diff.length !== 2)
        command.error("error: --diff takes two checkpoints");
      const { json } = globalsOf(command);
      await using session = new Session(globalsOf(command));
      await requireThreads(session, [thread]);
      const tuple = (id: string) => read(session, thread, namespace, id);
      if (diff !== undefined) await showDiff(await tuple(diff[0]), await tuple(diff[1]));
      else if (checkpoint !== undefined) showValues(await tuple(checkpoint), json);
      else showTree(await history(session, thread), json);
    });

async function read(
  { saver }: Session,
  thread_id: string,
  checkpoint_ns: string,
  checkpoint_id: string,
): Promise<CheckpointTuple> {
  const tuple = await saver.getTuple({ configurable: { thread_id, checkpoint_ns, checkpoint_id } });
  if (tuple === undefined)
    throw new Error(
      `There is no checkpoint "${printable(checkpoint_id)}" in thread "${printable(thread_id)}".`,
    );
  return tuple;
}

function showTree(steps: readonly Step[], json: boolean): void {
  if (json) {
    printJson(steps);
    return;
  }
  for (const namespace of [...new Set(steps.map((step) => step.namespace))].sort()) {
    if (namespace !== "") print(`\n${bold(`subgraph ${printable(namespace)}`)}`);
    const own = steps.filter((step) => step.namespace === namespace);
    for (const { lead, item } of drawTree(
      own,
      ({ id }) => id,
      ({ parent }) => parent ?? undefined,
    )) {
      print(`${lead}● ${describe(item)}`);
    }
  }
}

function describe({ id, ts, source, step, nodes, changed, bytes: size, writes }: Step): string {
  const parts = [
    bold(printable(id)),
    dim(time(ts)),
    `step ${step ?? "?"}`,
    source ?? "",
    nodes.length > 0 ? `after ${nodes.map(printable).join(", ")}` : "",
    changed.length > 0 ? `+ ${changed.map(printable).join(", ")}` : "",
    size > 0 ? bytes(size) : "",
    writes > 0 ? `${writes} writes` : "",
  ];
  return parts.filter(Boolean).join("  ");
}

function showValues(tuple: CheckpointTuple, json: boolean): void {
  const { checkpoint, metadata, pendingWrites = [] } = tuple;
  const shown = {
    id: checkpoint.id,
    ts: checkpoint.ts,
    metadata,
    values: checkpoint.channel_values,
    pendingWrites,
  };
  if (json) printJson(shown);
  else print(text(shown, hasColors()));
}

async function showDiff(a: CheckpointTuple, b: CheckpointTuple): Promise<void> {
  const [before, after] = [a, b].map(
    ({ checkpoint }) => `${text(checkpoint.channel_values, false)}\n`,
  );
  const names = [a, b].map(({ checkpoint }) => printable(checkpoint.id));
  print(createTwoFilesPatch(names[0] ?? "", names[1] ?? "", before ?? "", after ?? "").trimEnd());
}

/** Values as Node shows them; control characters in strings are escaped by it. */
function text(value: unknown, colors: boolean): string {
  return inspect(value, {
    ...{ colors, depth: 8, sorted: true, breakLength: 100 },
    ...{ maxArrayLength: Number.POSITIVE_INFINITY, maxStringLength: Number.POSITIVE_INFINITY },
  });
}
