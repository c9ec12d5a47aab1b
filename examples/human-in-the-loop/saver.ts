import { PgSaver } from "@waypost/pg";

export async function openSaver(): Promise<PgSaver> {
  const uri = process.env.DATABASE_URL ?? "postgresql://localhost/postgres";
  const saver = PgSaver.fromConnString(uri, { schema: "example_human_in_the_loop" });
  await saver.setup();
  return saver;
}

/** The id is all that the two processes have in common. */
export const threadOf = (id = "refund") => ({ configurable: { thread_id: id } });
