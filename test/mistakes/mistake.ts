import { inspect } from "node:util";
import type { WaypostError } from "@waypost/core";
import { expect } from "vitest";
import type { Connect, Connected } from "./clients.ts";

/** Stands in every connection string that a test makes up, and in no error. */
export const PASSWORD = "hunter2";

type Call = (saver: Connected["saver"]) => Promise<unknown>;

export const read: Call = (saver) => saver.getTuple({ configurable: { thread_id: "1" } });

/** What goes wrong, from the connection string to the answer; as its user sees it, it holds no password. */
export async function mistake(
  connect: Connect,
  url: string,
  options?: Parameters<Connect>[1],
  call = read,
): Promise<WaypostError> {
  let connected: Connected | undefined;
  try {
    connected = connect(url, options);
    await call(connected.saver);
  } catch (error) {
    expect(inspect(error, { depth: 10 })).not.toContain(PASSWORD);
    return error as WaypostError;
  } finally {
    await connected?.end();
  }
  throw new Error("nothing went wrong");
}
