import { spawn } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

type Lines = AsyncIterable<string> | Iterable<string>;

/** A shell's code for a command that it did not find. */
const NOT_FOUND = 127;

/**
 * Prints lines: on a terminal through $PAGER, or else less, which ends by itself where one screen holds them.
 * Lines are made as the reader asks for them.
 *
 * @param lines called again where the pager can't be started
 */
export async function printPaged(lines: () => Lines): Promise<void> {
  const pager = process.env.PAGER ?? "less";
  const isPaged = process.stdout.isTTY === true && pager !== "" && pager !== "cat";
  if (isPaged && (await page(pager, lines()))) return;
  await pipeline(Readable.from(ended(lines())), process.stdout, { end: false });
}

/** @returns whether there is such a pager */
async function page(pager: string, lines: Lines): Promise<boolean> {
  // Shells say that a command is missing, which nobody asked for by name here.
  const stderr = process.env.PAGER === undefined ? "ignore" : "inherit";
  const child = spawn(pager, {
    shell: true,
    stdio: ["pipe", "inherit", stderr],
    // As git does: colours stay colours, and what fits the screen needs no key to leave.
    env: { LESS: "FRX", ...process.env },
  });
  const closed = once(child, "close");
  const written = pipeline(Readable.from(ended(lines)), child.stdin).catch((error) => {
    // Whoever has seen enough closes the pager.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EPIPE" && code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  });
  const [[code]] = await Promise.all([closed, written]);
  return code !== NOT_FOUND;
}

async function* ended(lines: Lines): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}
