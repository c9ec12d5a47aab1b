import { say } from "@waypost/example-agent";
import type { PgSaver } from "@waypost/pg";

/** What a client sees: the events of an answer, and 409 while another run has the thread. */
export async function askTwice(
  url: string,
  saver: PgSaver,
  thread: string,
  question = process.argv[2],
): Promise<void> {
  const ask = () =>
    fetch(`${url}/threads/${thread}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ question }),
    });
  const response = await ask();
  say(`${response.status}, ${response.headers.get("content-type")}`);
  for (const event of (await response.text()).trim().split("\n\n")) say(event);

  await using _otherRun = await saver.threadLock(thread);
  say(`${(await ask()).status} while another run has the thread`);
}
