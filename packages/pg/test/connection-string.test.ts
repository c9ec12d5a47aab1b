import { conformance } from "@waypost/conformance";
import { PgSaver } from "@waypost/pg";

conformance({
  name: "pg connection string",
  async open(url, options) {
    const saver = PgSaver.fromConnString(url, options);
    return { saver, close: () => saver.end() };
  },
});
