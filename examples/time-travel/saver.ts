import { DATABASE_URL } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";

export async function openSaver(): Promise<PgSaver> {
  const saver = PgSaver.fromConnString(DATABASE_URL, { schema: "example_time_travel" });
  await saver.setup();
  return saver;
}
