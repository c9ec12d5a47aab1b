import { say } from "@waypost/example-agent";
import { startServer } from "./server.ts";

/** A server of its own for one question, so that the next process finds nothing in memory. */
const [question] = process.argv.slice(2);
const server = await startServer(0);
const ask = () =>
  fetch(`${server.url}/threads/1`, { method: "POST", body: JSON.stringify({ question }) });

const response = await ask();
say(`${response.status}, ${response.headers.get("content-type")}`);
for (const event of (await response.text()).trim().split("\n\n")) say(event);

{
  await using _otherRun = await server.saver.threadLock("1");
  say(`${(await ask()).status} while another run has the thread`);
}
await server.stop();
