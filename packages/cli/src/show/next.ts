import type { Step } from "./history.ts";

/** What a row of a channel's value tells without its value. */
export interface Stored {
  readonly isEmpty: boolean;
  /** Of a channel that waits for several nodes, those that have written to it. */
  readonly arrived?: readonly string[];
}

/** Channels whose values decide which node runs next. */
export function triggersOf({ versions, seen }: Step): string[] {
  return Object.keys(versions).filter((channel) => {
    const node = nodeOf(channel);
    return node !== undefined && isNewer(versions[channel], seen[node]?.[channel]);
  });
}

/**
 * The nodes that a checkpoint triggers: a version of their channel is new to them, and holds a value.
 * A channel whose value was consumed has a new version too.
 *
 * @param storedOf the row of a channel's value
 */
export function nextNodes(step: Step, storedOf: (channel: string) => Stored | undefined): string[] {
  const nodes = triggersOf(step).filter((channel) => {
    const stored = storedOf(channel);
    if (stored === undefined || stored.isEmpty) return false;
    const { arrived } = stored;
    return arrived === undefined || awaited(channel).every((node) => arrived.includes(node));
  });
  return [...new Set(nodes.map((channel) => nodeOf(channel) as string))];
}

const JOIN = /^join:(.*):([^:]*)$/s;

/** The node that a channel of LangGraph triggers. */
function nodeOf(channel: string): string | undefined {
  if (channel === "__start__") return channel;
  return /^branch:to:(.*)$/s.exec(channel)?.[1] ?? JOIN.exec(channel)?.[2];
}

const awaited = (channel: string): string[] => JOIN.exec(channel)?.[1]?.split("+") ?? [];

export const isJoin = (channel: string): boolean => JOIN.test(channel);

function isNewer(version: unknown, seen: unknown): boolean {
  if (seen === undefined || seen === null) return true;
  // Python's versions are strings of one length.
  if (typeof version === "string" && typeof seen === "string") return version > seen;
  return Number(version) > Number(seen);
}
