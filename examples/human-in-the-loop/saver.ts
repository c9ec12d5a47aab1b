import { DATABASE_URL } from "@waypost/example-agent";
import { PgSaver } from "@waypost/pg";

export async function openSaver(): Promise<PgSaver> {
  const saver = PgSaver.fromConnString(DATABASE_URL, { schema: "example_human_in_the_loop" });
  await saver.setup();
  return saver;
}

/** The id is all that the two processes have in common. */
export const threadOf = (id = "refund") => ({ configurable: { thread_id: id } });
