import { DATABASE_URL } from "@waypost/example-agent";
import { PostgresJsSaver } from "@waypost/postgres-js";
import postgres from "postgres";

/** One connection, on which postgres.js sends statements without waiting for answers. */
export const sql = postgres(DATABASE_URL, {
  max: 1,
  onnotice: () => {}, // by default the server's notices to setup() are printed
});
export const saver = new PostgresJsSaver(sql, { schema: "example_stream" });

export const thread = "2";
