import { conformance } from "@waypost/conformance";
import { PostgresJsSaver } from "@waypost/postgres-js";

conformance({
  name: "postgres.js connection string",
  async open(url, options) {
    const saver = PostgresJsSaver.fromConnString(url, options);
    return { saver, close: () => saver.end() };
  },
});
