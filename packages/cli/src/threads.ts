import { shown } from "@waypost/core/adapter";
import { printable } from "./output.ts";
import { MOVED } from "./rows.ts";
import type { Session } from "./session.ts";

/** @throws Error naming the first of the threads of which there is no row */
export async function requireThreads(session: Session, threads: readonly string[]): Promise<void> {
  const anyRow = MOVED.map(
    ({ name }) => `EXISTS (SELECT true FROM ${session.table(name)} WHERE thread_id = $1::text)`,
  ).join(" OR ");
  // One by one: Citus looks for one thread on its node only.
  for (const id of threads) {
    const [row] = await session.rows<{ found: boolean }>(`SELECT ${anyRow} AS found`, [id]);
    if (!row?.found) {
      throw new Error(`There is no thread "${printable(shown(id))}" in ${session.place}.`);
    }
  }
}
