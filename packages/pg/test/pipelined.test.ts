import { saverOrEnd } from "@waypost/conformance";
import { PgSaver } from "@waypost/pg";
import { suite } from "@waypost/testing";
import pg from "pg";

suite({
  name: "pg Client, pipelined",
  pipelined: true,
  session: { statements: 4, exchanges: 1 },
  async open(url, options) {
    const client = new pg.Client({ connectionString: url, pipeline: true });
    await client.connect();
    const close = () => client.end();
    return { saver: await saverOrEnd(() => new PgSaver(client, options), close), close };
  },
});
