import { printable } from "./output.ts";
import { MOVED } from "./rows.ts";
import type { Session } from "./session.ts";

/** @throws Error naming the first of the threads of which there is no row */
export async function requireThreads(session: Session, threads: readonly string[]): Promise<void> {
  const rows = MOVED.map(
    ({ name }) => `EXISTS (SELECT FROM ${session.table(name)} WHERE thread_id = t.id)`,
  );
  const [missing] = await session.rows<{ id: string }>(
    `SELECT t.id FROM pg_catalog.unnest($1::text[]) WITH ORDINALITY AS t(id, position)
     WHERE NOT (${rows.join(" OR ")}) ORDER BY t.position LIMIT 1`,
    [threads],
  );
  if (missing !== undefined) throw new Error(`There is no thread "${printable(missing.id)}".`);
}
