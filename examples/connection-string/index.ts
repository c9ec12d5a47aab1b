import { playAct } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";

const uri = process.env.DATABASE_URL ?? "postgresql://localhost/postgres";
await using saver = PgSaver.fromConnString(uri, { schema: "example_connection_string" });
await saver.setup();

await playAct(saver);
