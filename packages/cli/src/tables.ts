import { type Right, TABLES, type TableInfo, unquotedName } from "@waypost/core/adapter";
import pg from "pg";
import type { Finding } from "./finding.ts";
import { printable } from "./output.ts";
import type { Session } from "./session.ts";

const ALL: readonly TableInfo[] = Object.values(TABLES);

interface Schema {
  readonly exists: boolean;
  readonly usable: boolean;
  /** Whether the role may create what is missing. */
  readonly creatable: boolean;
}

interface Found {
  readonly name: string;
  readonly owner: string;
  readonly owned: boolean;
  readonly missing: Right[];
  readonly key: boolean;
}

/** Whether the tables are there, with their keys, and the role may use them. */
export async function tables(session: Session): Promise<Finding[]> {
  const schema = await readSchema(session);
  const found = await readTables(session);
  const findings = [
    ...usage(session, schema),
    ...absent(session, schema, found),
    ...found.flatMap((table) => [...rights(session, table), ...key(table)]),
  ];
  const complete: Finding = { level: "ok", what: "Tables, keys and rights are complete" };
  return [...(findings.length > 0 ? findings : [complete]), ...(await officialElsewhere(session))];
}

async function readSchema(session: Session): Promise<Schema> {
  const [row] = await session.rows<Schema>(
    `SELECT n.oid IS NOT NULL AS exists,
       coalesce(pg_catalog.has_schema_privilege(n.oid, 'USAGE'), true) AS usable,
       CASE WHEN n.oid IS NULL
         THEN pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
         ELSE pg_catalog.has_schema_privilege(n.oid, 'CREATE') END AS creatable
     FROM (SELECT) one LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = $1::text`,
    [session.schema],
  );
  return row as Schema;
}

function readTables(session: Session): Promise<Found[]> {
  return session.rows<Found>(
    `SELECT t.name, r.rolname AS owner, pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
       ARRAY(
         SELECT needed FROM pg_catalog.unnest(pg_catalog.string_to_array(t.rights, ' ')) AS needed
         WHERE NOT pg_catalog.has_table_privilege(c.oid, needed)
       ) AS missing,
       EXISTS (
         SELECT FROM pg_catalog.pg_index i
         WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid
       ) AS key
     FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS t(name, rights, position)
       JOIN pg_catalog.pg_class c ON c.relname = t.name
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_catalog.pg_roles r ON r.oid = c.relowner
     WHERE n.nspname = $1::text ORDER BY t.position`,
    [session.schema, ALL.map(({ name }) => name), ALL.map(({ rights }) => rights.join(" "))],
  );
}

/** The official savers up to 1.0.0 did not quote the schema's name, so that it lost its capital letters. */
async function officialElsewhere(session: Session): Promise<Finding[]> {
  const unquoted = unquotedName(session.schema);
  if (unquoted === session.schema) return [];
  const found = await session.rows(
    `SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1::text AND c.relname = 'checkpoint_migrations'`,
    [unquoted],
  );
  if (found.length === 0) return [];
  return [
    {
      level: "warning",
      what: `Schema "${printable(unquoted)}" has tables of the official saver, which up to 1.0.0 did not quote the name`,
      advice: `Its threads are not in "${printable(session.schema)}"; to see them, pass --schema ${printable(unquoted)}, and schema: "${printable(unquoted)}" to the savers.`,
    },
  ];
}

function usage(session: Session, { usable }: Schema): Finding[] {
  if (usable) return [];
  return [
    {
      level: "problem",
      what: `No right to use schema "${printable(session.schema)}"`,
      advice: `GRANT USAGE ON SCHEMA ${quoted(session.schema)} TO the role of the application.`,
    },
  ];
}

function absent(session: Session, schema: Schema, found: readonly Found[]): Finding[] {
  const missing = ALL.filter(({ name }) => !found.some((table) => table.name === name));
  if (missing.length === 0) return [];
  const others = found.find(({ owned }) => !owned);
  const who =
    others !== undefined
      ? `, as ${printable(others.owner)}, who owns ${others.name}: this role may not change it`
      : schema.creatable
        ? ""
        : `, as a role that may create ${schema.exists ? "tables in the schema" : "schemas"}: this one may not`;
  return [
    {
      level: "problem",
      what: `Schema "${printable(session.schema)}" has no tables ${missing.map(({ name }) => name).join(", ")}`,
      advice: `Run \`waypost setup\`${who}; or name the schema with --schema.`,
    },
  ];
}

function rights(session: Session, { name, missing }: Found): Finding[] {
  if (missing.length === 0) return [];
  const { option } = ALL.find((table) => table.name === name) as TableInfo;
  const list = missing.join(", ");
  return [
    {
      level: option === undefined ? "problem" : "warning",
      what: `No right to ${list} on ${name}${option === undefined ? "" : `, which the option \`${option}\` needs`}`,
      advice: `GRANT ${list} ON ${quoted(session.schema)}.${name} TO the role of the application.`,
    },
  ];
}

function key({ name, key: valid }: Found): Finding[] {
  if (valid) return [];
  return [
    {
      level: "problem",
      what: `${name} has no valid primary key`,
      advice: "Every look-up reads the whole table; add the key of `waypost sql`.",
    },
  ];
}

const quoted = (name: string): string => pg.escapeIdentifier(name);
