import { deltaChannelHistoryTests, validate } from "@langchain/langgraph-checkpoint-validation";
import { dropSchema, freshName, urlOf } from "../database.ts";
import type { Mode, Saver, Session } from "../mode.ts";

/** LangGraph's own validation suite: 718 tests, and 8 of the history of delta channels. */
export function officialCases(mode: Mode): void {
  const opened = new Map<Saver, { session: Session; schema: string }>();
  const initializer = {
    checkpointerName: mode.name,
    async createCheckpointer(): Promise<Saver> {
      const schema = freshName();
      const session = await mode.open(urlOf(mode), { schema });
      await session.saver.setup();
      opened.set(session.saver, { session, schema });
      return session.saver;
    },
    async destroyCheckpointer(saver: Saver): Promise<void> {
      const { session, schema } = opened.get(saver) ?? {};
      opened.delete(saver);
      await session?.close();
      if (schema !== undefined && !mode.embedded) await dropSchema(schema);
    },
  };
  validate(initializer);
  deltaChannelHistoryTests(initializer);
}
