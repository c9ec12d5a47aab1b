import { structuredPatch } from "diff";
import { changedKeys, isInternal, type Step } from "../show/history.ts";
import { inspected } from "../show/state.ts";
import type { ChannelDiff, Diff } from "./api.ts";
import type { ValueReader } from "./values.ts";

/** Lines that differ; to find more takes too long, and nobody reads them. */
const MOST_EDITS = 2_000;
/** Lines of one channel. */
const MOST_LINES = 1_000;

/** What differs between the values of two steps. Of channels of one version, nothing is compared. */
export async function diffOf(
  reader: ValueReader,
  threadId: string,
  from: Step | undefined,
  to: Step,
): Promise<Diff> {
  const [before, after] = await Promise.all([
    from === undefined ? new Map<string, unknown>() : reader.channels(threadId, from),
    reader.channels(threadId, to),
  ]);
  const names = [...new Set([...before.keys(), ...after.keys()])].filter((n) => !isInternal(n));
  const differing = new Set([
    ...changedKeys(to.versions, from?.versions),
    ...changedKeys(from?.versions ?? {}, to.versions),
  ]);
  const channels = names
    .filter((name) => differing.has(name))
    .sort()
    .flatMap((name) => channelDiff(name, before, after) ?? []);
  return { from: from?.id, to: to.id, channels, same: names.length - channels.length };
}

type Values = ReadonlyMap<string, unknown>;

function channelDiff(channel: string, before: Values, after: Values): ChannelDiff | undefined {
  const [a, b] = [before, after].map((values) =>
    values.has(channel) ? `${inspected(values.get(channel), false)}\n` : "",
  );
  if (a === undefined || b === undefined || a === b) return undefined;
  const change = a === "" ? "added" : b === "" ? "removed" : "changed";
  const options = { maxEditLength: MOST_EDITS, context: 3 };
  const patch = structuredPatch(channel, channel, a, b, "", "", options);
  if (patch === undefined) return { channel, change, hunks: undefined, hidden: 0 };
  let left = MOST_LINES;
  let hidden = 0;
  const hunks = patch.hunks.flatMap(({ oldStart, newStart, lines }) => {
    const shown = lines.slice(0, left);
    left -= shown.length;
    hidden += lines.length - shown.length;
    return shown.length === 0 ? [] : [{ before: oldStart, after: newStart, lines: shown }];
  });
  return { channel, change, hunks, hidden };
}
