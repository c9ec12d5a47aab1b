import { DATABASE_URL, playAct } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";

await using saver = PgSaver.fromConnString(DATABASE_URL, {
  schema: "example_connection_string",
});
await saver.setup();

await playAct(saver, { thread: "3" });
