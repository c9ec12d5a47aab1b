import { DATABASE_URL } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";

export const thread = "session_123";

export async function openSaver(): Promise<PgSaver> {
  const saver = PgSaver.fromConnString(DATABASE_URL, { schema: "example_session" });
  await saver.setup();
  return saver;
}
