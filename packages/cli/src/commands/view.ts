import { Command, InvalidArgumentError } from "commander";
import { loadSerde } from "../serde.ts";
import { globalsOf } from "../session.ts";

interface Options {
  readonly open: boolean;
  readonly port: number;
  readonly serde?: string;
}

const EXAMPLES = `
The page is served on 127.0.0.1 only, and shows nothing without the token in the address that is printed.
It reads, and never writes. Ctrl-C ends it.

Examples:
  waypost view                              all threads
  waypost view 42                           one thread
  waypost view --no-open --port 4400        on a server; then, on your machine:
    ssh -L 4400:127.0.0.1:4400 SERVER       and open the address
  waypost view 42 --serde ./serde.js        values that only your application reads`;

export const viewCommand = (signal: AbortSignal): Command =>
  new Command("view")
    .description("look at threads in a browser")
    .argument("[thread]", "id of the thread to begin with")
    .option("--no-open", "print the address, and open no browser")
    .option("--port <n>", "of 127.0.0.1; by default one that is free", port, 0)
    .option("--serde <file>", "a module whose default export is your serializer")
    .addHelpText("after", EXAMPLES)
    .action(async (thread: string | undefined, options: Options, command: Command) => {
      const serde = options.serde === undefined ? undefined : await loadSerde(options.serde);
      // What only this command needs is loaded here, so that the others start as fast as without it.
      const { view } = await import("../view/view.ts");
      const isOpened = options.open && process.stdout.isTTY === true;
      await view(globalsOf(command), { thread, serde, port: options.port, isOpened, signal });
    });

function port(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > 65_535) {
    throw new InvalidArgumentError("Pass a port, 1 to 65535.");
  }
  return number;
}
