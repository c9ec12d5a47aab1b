import { constants } from "node:os";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** The keys that the agent can use, and what happens without each. */
const KEYS = {
  OPENAI_API_KEY: "Enter: the model follows a script",
  LANGSMITH_API_KEY: "Enter: nothing is traced",
};

/**
 * Asks for each key that the environment lacks. Only on a terminal: elsewhere nobody could answer.
 * A key that is set but empty counts as refused, so the processes of one demo ask once.
 */
export async function askForKeys(): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return;
  for (const [name, without] of Object.entries(KEYS)) {
    process.env[name] ??= await askSilently(`${name} (${without}): `);
  }
  if (process.env.LANGSMITH_API_KEY) process.env.LANGSMITH_TRACING ??= "true";
}

async function askSilently(question: string): Promise<string> {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  // As a terminal, readline echoes to its output what is typed, and the terminal itself does not.
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  lines.once("SIGINT", () => {
    lines.close();
    process.exit(128 + constants.signals.SIGINT);
  });
  process.stdout.write(question);
  try {
    return (await lines.question("")).trim();
  } finally {
    lines.close();
    process.stdout.write("\n");
  }
}
