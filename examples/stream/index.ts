import { playAct } from "@waypost/example-agent";
import { saver, sql } from "./client.ts";

await saver.setup();
await playAct(saver);

await sql.end(); // the client is yours, and so is ending it
