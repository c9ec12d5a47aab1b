import { devPostgres } from "@waypost/dev-postgres";

/** One Postgres for all tests: that of `DATABASE_URL`, or one that ends with the run. */
export default async function setup(): Promise<() => Promise<void>> {
  const postgres = await devPostgres();
  process.env.DATABASE_URL = postgres.url;
  return () => postgres.stop();
}
