import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Answer, Command, Order, Started } from "./protocol.ts";

/** Starts the supervisor process. */
export function supervise(order: Order) {
  const supervisor = spawn(
    process.execPath,
    [fileURLToPath(new URL("./supervisor.ts", import.meta.url)), JSON.stringify(order)],
    {
      stdio: ["pipe", "pipe", "inherit"],
      // In a group of its own: the terminal's Ctrl-C must not reach it before it has cleaned up.
      detached: true,
    },
  );
  // It may be gone by the time its input is closed.
  supervisor.stdin.on("error", () => {});
  const exited = once(supervisor, "exit");
  const lines = createInterface({ input: supervisor.stdout });
  /** Undefined if the supervisor ends without another line. */
  const nextLine = async (): Promise<string | undefined> =>
    Promise.race([once(lines, "line").then(([line]) => line), exited.then(() => undefined)]);

  return {
    /** Where the server is, once it has started; undefined if the supervisor ended without one. */
    started: nextLine().then((line) => line && (JSON.parse(line) as Started)),
    /** @throws the supervisor's error, or one that says that it is gone */
    async command(command: Command): Promise<void> {
      const answer = nextLine();
      supervisor.stdin.write(`${command}\n`);
      const line = await answer;
      if (line === undefined) throw new Error("The server's supervisor has ended.");
      const { error } = JSON.parse(line) as Answer;
      if (error !== undefined) throw new Error(error);
    },
    /** Nothing of it keeps this process from ending, from now on. */
    unref(): void {
      supervisor.stdout.destroy();
      supervisor.unref();
    },
    async stop(): Promise<void> {
      supervisor.ref();
      supervisor.stdin.end();
      await exited;
    },
  };
}
