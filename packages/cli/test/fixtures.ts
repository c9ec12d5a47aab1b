import {
  chainGraph,
  collect,
  databaseUrl,
  thread,
  withSchema,
} from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";

/** A schema with a thread `chat` of two turns and a fork, and a thread `other`. */
export function withThreads(
  work: (schema: string, saver: PgSaver) => Promise<void>,
): Promise<void> {
  return withSchema(async (schema) => {
    await using saver = PgSaver.fromConnString(databaseUrl(), { schema });
    await saver.setup();
    const graph = chainGraph(saver);
    await graph.invoke({ log: ["one"] }, thread("chat"));
    const [, , early] = await collect(graph.getStateHistory(thread("chat")));
    await graph.updateState(early?.config ?? {}, { log: ["fork"] });
    await graph.invoke({ log: ["two"] }, thread("chat"));
    await graph.invoke({ log: ["hi"] }, thread("other"));
    await work(schema, saver);
  });
}

export const json = (text: string) => JSON.parse(text);
