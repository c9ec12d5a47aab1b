import { PgSaver } from "@waypost/pg";

export async function openSaver(): Promise<PgSaver> {
  const uri = process.env.DATABASE_URL ?? "postgresql://localhost/postgres";
  const saver = PgSaver.fromConnString(uri, { schema: "example_time_travel" });
  await saver.setup();
  return saver;
}
