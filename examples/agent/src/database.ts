/** Where the examples store: `DATABASE_URL`, or the server of docker/compose.yaml. */
export const DATABASE_URL =
  process.env.DATABASE_URL ?? "postgresql://postgres:postgres@localhost:5442/postgres";
