import { playAct } from "@waypost/example-agent";
import { saver, sql, thread } from "./client.ts";

await saver.setup();
await playAct(saver, { thread, city: "nyc" });

await sql.end(); // the client is yours, and so is ending it
