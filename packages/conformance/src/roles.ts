import { CONTENT_TABLES, TABLES } from "@waypost/core/adapter";
import { databaseUrl, freshName, withClient } from "./database.ts";

/** A role that may log in and has no rights of its own. */
export interface Role {
  readonly name: string;
  /** The server's URL, for connecting as the role. */
  readonly url: string;
}

/** Runs the work with a new role, which is gone afterwards. */
export async function withRole<T>(work: (role: Role) => Promise<T>): Promise<T> {
  const name = freshName();
  await withClient((client) => client.query(`CREATE ROLE ${name} LOGIN PASSWORD 'secret'`));
  try {
    const url = new URL(databaseUrl());
    url.username = name;
    url.password = "secret";
    return await work({ name, url: url.href });
  } finally {
    await withClient((client) => client.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`));
  }
}

/** All that a saver's role needs, as docs/security.md says it. */
export const grants = (schema: string, role: string): string =>
  `GRANT USAGE ON SCHEMA ${schema} TO ${role};
GRANT SELECT ON ${schema}.waypost_migrations, ${schema}.waypost_settings TO ${role};
GRANT SELECT, INSERT, UPDATE, DELETE
  ON ${schema}.checkpoints, ${schema}.checkpoint_blobs, ${schema}.checkpoint_writes, ${schema}.waypost_parts TO ${role};
GRANT SELECT, INSERT, UPDATE ON ${schema}.waypost_deleted_threads TO ${role};
`;

/**
 * Each tenant's threads for itself, as docs/security.md says it.
 *
 * @returns commands; Citus refuses a query of several of them
 */
export const policies = (schema: string): string[] =>
  [...CONTENT_TABLES, TABLES.deleted].flatMap(({ name: table }) => [
    `ALTER TABLE ${schema}.${table} ENABLE ROW LEVEL SECURITY;
`,
    `CREATE POLICY tenant ON ${schema}.${table}
  USING (starts_with(thread_id, current_setting('app.tenant') || ':'));
`,
  ]);
