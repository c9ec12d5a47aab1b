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
  const token = randomBytes(32).toString("base64url");
  await using server = await ViewServer.listen(session, port, token);
  const search = thread === undefined ? "" : `?${new URLSearchParams({ thread })}`;
  // Behind the #, where a browser sends it to nobody.
  const address = `${server.origin}/${search}#token=${token}`;
  if (globals.json) print(JSON.stringify({ address }));
  else print(`${address}\n${dim("Ctrl-C ends it.")}`);
  if (isOpened) await open(address);
  if (!signal.aborted) await once(signal, "abort");
}
