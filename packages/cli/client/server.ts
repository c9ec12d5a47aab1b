import type {
  ChannelInfo,
  Diff,
  MessagesPage,
  Outline,
  Raw,
  Shape,
  StepInfo,
  StepKey,
  StepLine,
  ThreadsPage,
  WritesPage,
} from "../src/view/api.ts";

/** Of this origin only, so that no other page and no other port can read it. */
const KEY = "waypost-token";

/**
 * Takes the token out of the address, where it could be shared with a link, and keeps it for this origin.
 * A browser that was started has a code instead, which gets the token once.
 *
 * @returns whether there is a token
 */
export async function takeToken(): Promise<boolean> {
  const given = new URLSearchParams(location.hash.slice(1));
  const code = given.get("code");
  history.replaceState(null, "", location.pathname + location.search);
  const token = code === null ? given.get("token") : await tokenFor(code);
  if (token !== null) localStorage.setItem(KEY, token);
  return localStorage.getItem(KEY) !== null;
}

async function tokenFor(code: string): Promise<string | null> {
  const response = await fetch("/api/token", { headers: { Authorization: `Bearer ${code}` } });
  return response.ok ? response.json() : null;
}

/** What the server has refused, or could not do. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Parameters = Readonly<Record<string, string | number | undefined | readonly string[]>>;

async function get<Answer>(
  name: string,
  parameters: Parameters,
  signal?: AbortSignal,
): Promise<Answer> {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) if (one !== undefined) search.append(key, String(one));
  }
  const headers = { Authorization: `Bearer ${localStorage.getItem(KEY)}` };
  const request = fetch(`/api/${name}?${search}`, { headers, signal: signal ?? null });
  const response = await request.catch((error: Error) => {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, "waypost view does not answer; it may have been ended.");
  });
  const body = (await response.json()) as Answer & { error?: string };
  if (!response.ok) throw new Refused(response.status, String(body.error));
  return body;
}

/** A checkpoint of a thread. */
export interface At extends StepKey {
  readonly thread: string;
}

const at = ({ thread, namespace, id }: At): Parameters => ({ thread, namespace, id });

/** Where a value lies: in a channel, or in the write of a position. */
export type Source = At & ({ readonly channel: string } | { readonly position: number });

const pathText = (path: readonly number[]): string | undefined =>
  path.length === 0 ? undefined : path.join(".");

export const server = {
  threads: (parameters: Parameters, signal: AbortSignal) =>
    get<ThreadsPage>("threads", parameters, signal),
  version: (thread: string, signal: AbortSignal) => get<string>("version", { thread }, signal),
  outline: (thread: string, signal: AbortSignal) => get<Outline>("outline", { thread }, signal),
  lines: (thread: string, id: readonly string[], signal: AbortSignal) =>
    get<StepLine[]>("lines", { thread, id }, signal),
  step: (step: At, signal: AbortSignal) => get<StepInfo>("step", at(step), signal),
  channels: (step: At, signal: AbortSignal) => get<ChannelInfo[]>("channels", at(step), signal),
  messages: (step: At, channel?: string, before?: number, signal?: AbortSignal) =>
    get<MessagesPage>("messages", { ...at(step), channel, before }, signal),
  diff: (step: At, against: StepKey | undefined, signal: AbortSignal) =>
    get<Diff>(
      "diff",
      { ...at(step), against: against?.id, againstNamespace: against?.namespace },
      signal,
    ),
  writes: (step: At, from: number, signal?: AbortSignal) =>
    get<WritesPage>("writes", { ...at(step), from }, signal),
  raw: (step: At, from: number, signal?: AbortSignal) =>
    get<Raw>("raw", { ...at(step), from }, signal),
  value(source: Source, path: readonly number[], from: number, signal?: AbortSignal) {
    const place = { ...at(source), path: pathText(path), from };
    return "channel" in source
      ? get<Shape>("value", { ...place, channel: source.channel }, signal)
      : get<Shape>("write", { ...place, position: source.position }, signal);
  },
};
