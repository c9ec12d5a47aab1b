import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import open from "open";
import { dim, print } from "../output.ts";
import { tolerant } from "../serde.ts";
import { type Global, Session } from "../session.ts";
import { requireThreads } from "../threads.ts";
import { ViewServer } from "./server.ts";

interface Options {
  readonly thread: string | undefined;
  readonly serde: SerializerProtocol | undefined;
  readonly port: number;
  /** Whether a browser is opened. */
  readonly isOpened: boolean;
  readonly signal: AbortSignal;
}

/** Serves the page until the signal. */
export async function view(
  globals: Global,
  { thread, serde, port, isOpened, signal }: Options,
): Promise<void> {
  await using session = new Session(globals, tolerant(serde));
  if (thread !== undefined) await requireThreads(session, [thread]);
  // Tells at once what is wrong with the database, in the terminal.
  await session.saver.listThreads({ limit: 1 });
  const token = secret();
  const code = isOpened ? secret() : undefined;
  await using server = await ViewServer.listen(session, port, { token, code });
  const search = thread === undefined ? "" : `?${new URLSearchParams({ thread })}`;
  // Behind the #, where a browser sends it to nobody.
  const page = `${server.origin}/${search}`;
  const address = `${page}#token=${token}`;
  if (globals.json) print(JSON.stringify({ address }));
  else print(`${address}\n${dim("Ctrl-C ends it.")}`);
  if (code !== undefined) await open(`${page}#code=${code}`);
  if (!signal.aborted) await once(signal, "abort");
}

const secret = (): string => randomBytes(32).toString("base64url");
