import { TABLES, wholeTableReads } from "@waypost/core/adapter";
import { clusterOf } from "./citus.ts";
import type { Finding } from "./finding.ts";
import type { Session } from "./session.ts";
import { sqlState } from "./sqlstate.ts";

/** Postgres's default. No statement of Waypost on one thread reaches this cost; a test holds them to it. */
const DEFAULT_ABOVE_COST = 100_000;

const ADVICE =
  "Compiling takes up to seconds and gains nothing here: ALTER ROLE app SET jit = off.";

/** What the server compiles: queries whose estimated cost is above this; undefined where it compiles none. */
async function readAboveCost(session: Session): Promise<number | undefined> {
  const [row] = await session.rows<{ above: number }>(
    `SELECT pg_catalog.current_setting('jit_above_cost')::float8 AS above
     WHERE pg_catalog.pg_jit_available() AND pg_catalog.current_setting('jit_above_cost')::float8 >= 0`,
  );
  return row?.above;
}

/** Whether the server compiles statements of Waypost (JIT). */
export async function jit(session: Session): Promise<Finding[]> {
  const above = await readAboveCost(session);
  return above === undefined ? [] : jitFindings(session, above);
}

/** @param above the value of `jit_above_cost` */
export async function jitFindings(session: Session, above: number): Promise<Finding[]> {
  const compiled: string[] = [];
  const names = Object.values(TABLES).map(({ name }) => name);
  const isDistributed = (await clusterOf(session, names)) !== undefined;
  for (const { call, statement } of wholeTableReads(session.schema, isDistributed)) {
    const cost = await costOf(session, statement.text, statement.values);
    if (cost > above) compiled.push(`${call} (estimated cost ${Math.round(cost)})`);
  }
  const findings: Finding[] = [];
  if (above < DEFAULT_ABOVE_COST) {
    findings.push({
      level: "warning",
      what: `jit_above_cost is ${above}, below its default of ${DEFAULT_ABOVE_COST}: the server compiles short statements too`,
      advice: ADVICE,
    });
  }
  if (compiled.length > 0) {
    findings.push({
      level: "warning",
      what: `JIT is on, and the server compiles what costs more than ${above}: ${compiled.join(", ")}`,
      advice: ADVICE,
    });
  }
  const ok: Finding = { level: "ok", what: "JIT is on, and compiles no statement of Waypost" };
  return findings.length > 0 ? findings : [ok];
}

/** Missing tables and rights, which another check reports. */
const UNREADABLE: readonly unknown[] = ["3F000", "42P01", "42501", "42703"];

/** The estimated costs of the queries in what EXPLAIN tells: Citus's holds a plan of a node, too. */
function* costsIn(explained: unknown): Generator<number> {
  if (typeof explained !== "object" || explained === null) return;
  if ("Plan" in explained) yield (explained.Plan as { "Total Cost": number })["Total Cost"];
  for (const inner of Object.values(explained)) yield* costsIn(inner);
}

/** The estimated cost; 0 where the tables can't be read. */
async function costOf(session: Session, text: string, values: readonly unknown[]): Promise<number> {
  try {
    const rows = await session.rows(`EXPLAIN (FORMAT JSON) ${text}`, values);
    return Math.max(0, ...costsIn(rows));
  } catch (error) {
    if (UNREADABLE.includes(sqlState(error))) return 0;
    throw error;
  }
}
