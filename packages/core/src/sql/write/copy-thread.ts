import type { Statement } from "../../driver/driver.js";
import { template } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { TABLES, type TableKey } from "../../schema/tables.js";
import { cte, withAll } from "../text.js";

/** What stands in the way of a copy. */
export interface CopyCheckRow {
  readonly source: boolean;
  readonly target: boolean;
  /** Whether the source holds values that can be read in its own thread only. */
  readonly encrypted: boolean;
}

/** Looks at both threads, whose locks must be held since before the statement began. */
export function checkCopyStatement(
  tables: Tables,
): (sourceId: string, targetId: string) => Statement {
  const any = (names: readonly string[], condition: string) =>
    names
      .map((name) => `EXISTS (SELECT true AS found FROM ${name} WHERE ${condition})`)
      .join(" OR ");
  // The suffix with which LangGraph's serializers mark encrypted values.
  const encrypted = "thread_id = $1::text AND type LIKE '%+aes'";
  const threads = [tables.checkpoints, tables.blobs, tables.writes];
  const bind = template(`SELECT ${any(threads, "thread_id = $1::text")} AS source,
  ${any([...threads, tables.parts], "thread_id = $2::text")} AS target,
  ${any([tables.blobs, tables.writes], encrypted)} AS encrypted`);
  return (sourceId, targetId) => bind([sourceId, targetId]);
}

/**
 * Copies all rows of a thread on the server. The target must be empty, but for what is stored at the same
 * time: a run of the thread that was replaced may store under a key that the source has, too. That is the
 * same checkpoint or value then, but may be another write.
 */
export function copyThreadStatement(
  tables: Tables,
): (sourceId: string, targetId: string) => Statement {
  const copy = (table: TableKey, conflict = "DO NOTHING") => {
    const columns = Object.keys(TABLES[table].columns).filter((name) => name !== "thread_id");
    return `INSERT INTO ${tables[table]} (thread_id, ${columns.join(", ")})
SELECT $2::text, ${columns.join(", ")} FROM ${tables[table]} WHERE thread_id = $1::text
ON CONFLICT ${conflict}`;
  };
  const key: readonly string[] = TABLES.writes.key;
  const replaced = Object.keys(TABLES.writes.columns)
    .filter((column) => !key.includes(column))
    .map((column) => `${column} = EXCLUDED.${column}`);
  const bind = template(
    withAll(
      [
        ...[cte("blobs", copy("blobs")), cte("parts", copy("parts"))],
        cte("writes", copy("writes", `(${key.join(", ")}) DO UPDATE SET ${replaced.join(", ")}`)),
      ],
      copy("checkpoints"),
    ),
  );
  return (sourceId, targetId) => bind([sourceId, targetId]);
}
