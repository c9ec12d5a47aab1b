import { randomUUID } from "node:crypto";
import type { Raw } from "../subjects/subject.ts";
import { agent, question, thread } from "./agent.ts";
import type { Case } from "./scenario.ts";

/** All tables, their indexes and what they keep out of line. */
const SIZE = `SELECT sum(pg_total_relation_size(c.oid))::text AS bytes
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1::text AND c.relkind IN ('r', 'p')`;

const storage = (turns: number): Case => ({
  title: `storage of a conversation of ${turns} turns`,
  scenario: "storage",
  measures: [{ id: "bytes", title: "bytes on disk per turn", unit: "bytes" }],
  exact: true,
  unable: ({ driver }) => (driver === "memory" ? "stores nothing on disk" : undefined),
  operation({ session: { saver, raw }, schema }) {
    return async () => {
      if (raw === undefined) throw new Error("There is no database to be measured.");
      const before = await bytesOf(raw, schema);
      const graph = agent(saver);
      const config = thread(randomUUID());
      for (let turn = 0; turn < turns; turn++) await graph.invoke(question(), config);
      return [((await bytesOf(raw, schema)) - before) / turns];
    };
  },
});

async function bytesOf(raw: Raw, schema: string): Promise<number> {
  const [row] = await raw({ name: "compare_size", text: SIZE, values: [schema] });
  return Number(row?.bytes);
}

export const storageCases = (quick: boolean): Case[] => [storage(quick ? 10 : 100)];
