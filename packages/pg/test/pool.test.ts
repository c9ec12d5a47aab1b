import { conformance } from "@waypost/conformance";
import { PgSaver } from "@waypost/pg";
import pg from "pg";

conformance({
  name: "pg Pool",
  async open(url, options) {
    const pool = new pg.Pool({ connectionString: url, max: 4 });
    return { saver: new PgSaver(pool, options), close: () => pool.end() };
  },
});
