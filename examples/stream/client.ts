import { PostgresJsSaver } from "@waypost/postgres-js";
import postgres from "postgres";

const uri = process.env.DATABASE_URL ?? "postgresql://localhost/postgres";

/** One connection, on which postgres.js sends statements without waiting for answers. */
export const sql = postgres(uri, {
  max: 1,
  onnotice: () => {}, // by default the server's notices to setup() are printed
});
export const saver = new PostgresJsSaver(sql, { schema: "example_stream" });
