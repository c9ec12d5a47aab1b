import { DATABASE_URL, playAct } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";
import pg from "pg";

const client = new pg.Client({ connectionString: DATABASE_URL });
await client.connect();
const saver = new PgSaver(client, { schema: "example_single_connection" });
await saver.setup();

await playAct(saver, { thread: "1" });

await client.end(); // the client is yours, and so is ending it
