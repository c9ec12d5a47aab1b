import { conformance } from "@waypost/conformance";
import { PgSaver } from "@waypost/pg";
import pg from "pg";

conformance({
  name: "pg Client, pipelined",
  pipelined: true,
  session: { statements: 4, exchanges: 1 },
  async open(url, options) {
    const client = new pg.Client({ connectionString: url, pipeline: true });
    await client.connect();
    return { saver: new PgSaver(client, options), close: () => client.end() };
  },
});
