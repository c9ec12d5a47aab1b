import type { Mode } from "@waypost/conformance";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import Cursor from "pg-cursor";

export const poolMode: Mode = {
  name: "pg Pool",
  cursor: true,
  reconnects: true,
  async open(url, options) {
    const pool = new pg.Pool({ connectionString: url, max: 4 });
    pool.on("error", () => {}); // a test may end the server's side first
    return { saver: new PgSaver(pool, { ...options, cursor: Cursor }), close: () => pool.end() };
  },
};
