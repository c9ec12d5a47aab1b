import { askTwice } from "./ask-twice.ts";
import { startServer } from "./server.ts";

/** A server of its own for one question, so that the next process finds nothing in memory. */
const server = await startServer(0);
await askTwice(server.url, server.saver, "1");
await server.stop();
