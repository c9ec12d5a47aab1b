import { randomUUID } from "node:crypto";
import {
  InvalidInputError,
  portableValue,
  type Statement,
  textParser,
} from "@waypost/core/adapter";

/** What the client under a Kysely does, of which Kysely itself says nothing. */
export interface Traits {
  /**
   * It prepares every statement on the server, as that of postgres.js. Where a pooler loses one, or
   * somebody deallocates it, that ends the transaction.
   */
  readonly prepares: boolean;
  /** It drops U+FEFF at the beginning of each text, as the TextDecoder of PGlite does. */
  readonly dropsMark: boolean;
}

const BYTEA = 17;
const MARK = "\ufeff";
const BOUND: Statement["values"] = [' Waypost "probe" ', 7, ["{a}", "B "]];

/**
 * Asks what a client does. Being prepared, the statement finds itself among those that are; its text is
 * its own, as a pooler may give the session of somebody else's. Only a database in UTF-8 has the mark.
 */
export function probe(): Statement {
  const id = randomUUID();
  return {
    text: `SELECT $1::text = ' Waypost "probe" ' AND $2::int = 7 AND $3::text[] = ARRAY['{a}', 'B '] AS bound,
  7 AS int4, true AS bool, pg_catalog.decode('00ff80', 'hex') AS bytea,
  pg_catalog.chr(CASE WHEN pg_catalog.current_setting('server_encoding') = 'UTF8' THEN 65279 ELSE 32 END) || ' Text ' AS text,
  EXISTS (SELECT FROM pg_catalog.pg_prepared_statements WHERE statement LIKE '%${id}%') AS prepared`,
    values: BOUND.map(portableValue),
    name: "",
  };
}

export interface ProbeRow {
  readonly bound: unknown;
  readonly int4: unknown;
  readonly bool: unknown;
  readonly bytea: unknown;
  readonly text: unknown;
  readonly prepared: unknown;
}

/**
 * @param row what `probe` returned
 * @throws InvalidInputError where the client binds or returns other values than it is given
 */
export function traitsOf(row: ProbeRow | undefined): Traits {
  const { bound, int4, bool, bytea, text, prepared } = row ?? ({} as Partial<ProbeRow>);
  const isBytes = bytea instanceof Uint8Array && Buffer.from(bytea).toString("hex") === "00ff80";
  const texts: readonly unknown[] = [`${MARK} Text `, " Text ", "  Text "];
  if (bool !== true) refuse("returns", "bool");
  if (int4 !== 7) refuse("returns", "int4");
  if (!isBytes) refuse("returns", "bytea");
  if (!texts.includes(text)) refuse("returns", "text");
  if (bound !== true) refuse("binds", "text, int4 or text[]");
  return { prepares: prepared === true, dropsMark: text === " Text " };
}

function refuse(does: string, types: string): never {
  throw new InvalidInputError(
    `The client under Kysely ${does} ${types} otherwise than its driver does by itself, so that the saver would store or read other values; give Kysely a client without parsers or serializers of its own for it, and without \`binary: true\`.`,
  );
}

/** Identifiers of core's statements are quoted, so that FOR UPDATE is none of these. */
const MODIFIES = /\b(?:INSERT INTO|DELETE FROM|UPDATE) "/;

/** Whether a statement can stand in FROM of another. */
const isRead = (text: string): boolean => /^(?:SELECT|WITH)\b/.test(text) && !MODIFIES.test(text);

/** Each row as one JSON text, which never begins with the mark. */
export function asJson(statement: Statement): Statement {
  if (!isRead(statement.text)) return statement;
  const text = `SELECT pg_catalog.to_json(q)::text AS waypost_row FROM (\n${statement.text}\n) q`;
  return { ...statement, text, name: "" };
}

/** A row of a statement that `asJson` made; others stay as they are. */
export function fromJson<Row extends object>(row: Row): Row {
  const { waypost_row: json } = row as { waypost_row?: string };
  if (json === undefined) return row;
  const parsed = JSON.parse(json);
  if (typeof parsed.bytes === "string") parsed.bytes = textParser(BYTEA)(parsed.bytes);
  return parsed;
}
