import type { Queryable } from "../driver.js";
import { InvalidInputError, WaypostError } from "../errors.js";
import { quoteLiteral, type Tables } from "./identifiers.js";

/** @throws InvalidInputError naming the option and what to pass */
export function checkDistribute(distribute: unknown): "citus" | undefined {
  if (distribute === undefined || distribute === "citus") return distribute;
  throw new InvalidInputError('The option "distribute" must be "citus".');
}

/** @throws WaypostError if the extension is not installed in this database */
export async function requireCitus(session: Queryable): Promise<void> {
  const found = await session.query({
    name: "",
    text: "SELECT FROM pg_catalog.pg_extension WHERE extname = 'citus'",
    values: [],
  });
  if (found.length > 0) return;
  throw new WaypostError(
    "WAYPOST_NO_CITUS",
    'The extension "citus" is not installed in this database, and nothing was created; run CREATE EXTENSION citus on every node, or leave out "distribute".',
  );
}

/**
 * Commands that distribute the tables over the nodes: all rows of a thread on one of them. Tables that
 * are distributed already stay as they are.
 */
export function distributeCommands(tables: Tables): string[] {
  const { checkpoints, blobs, writes, parts, deleted, settings } = tables;
  const unlessDone = (table: string, call: string) => `SELECT ${call} WHERE NOT EXISTS (
  SELECT FROM pg_catalog.pg_dist_partition WHERE logicalrelid = ${quoteLiteral(table)}::regclass
)`;
  const distributed = (table: string, colocateWith: string) =>
    unlessDone(
      table,
      `create_distributed_table(${quoteLiteral(table)}, 'thread_id', colocate_with => ${quoteLiteral(colocateWith)})`,
    );
  return [
    // One connection to each node for all of the tables: they belong to one transaction.
    "SELECT set_config('citus.multi_shard_modify_mode', 'sequential', true)",
    unlessDone(settings, `create_reference_table(${quoteLiteral(settings)})`),
    distributed(checkpoints, "none"),
    ...[blobs, writes, parts, deleted].map((table) => distributed(table, checkpoints)),
  ];
}
