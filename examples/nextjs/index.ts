import { say } from "@waypost/example-agent";
import { POST } from "./app/api/chat/route.ts";
import { openChat } from "./lib/chat.ts";

// What Next.js does with a request, and with a change of the module.
const [question] = process.argv.slice(2);
const body = JSON.stringify({ thread: "1", question });
const request = () => new Request("http://localhost/api/chat", { method: "POST", body });

const response = await POST(request());
say(`${response.status}: ${await response.text()}`);

const { pool, saver } = await openChat();
const again = await import(`./lib/chat.ts?changed=${Date.now()}`);
say(`the same pool after a reload: ${(await again.openChat()).pool === pool}`);

{
  await using _otherRun = await saver.threadLock("1");
  say(`${(await POST(request())).status} while another run has the thread`);
}
await pool.end();
