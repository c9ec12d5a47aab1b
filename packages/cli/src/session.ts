import type { Table } from "@waypost/core/adapter";
import { PgSaver } from "@waypost/pg";
import type { Command } from "commander";
import pg from "pg";

export interface Global {
  readonly database: string | undefined;
  readonly schema: string;
  readonly json: boolean;
}

/** The options that stand before or behind any command. */
export const globalsOf = (command: Command): Global => command.optsWithGlobals<Global>();

/** A connection to the database, and a saver on it. */
export class Session implements AsyncDisposable {
  readonly pool: pg.Pool;
  readonly saver: PgSaver;
  readonly schema: string;

  constructor({ database, schema }: Global) {
    if (!database) throw new Error("Set DATABASE_URL, or pass --database URL.");
    // What can't be parsed is refused without being shown; this connects to nothing.
    PgSaver.fromConnString(database, { schema });
    this.pool = new pg.Pool({ connectionString: database, max: 2, application_name: "waypost" });
    this.pool.on("error", () => {});
    // Also while it is checked out; what waits for it fails by itself.
    this.pool.on("connect", (client) => client.on("error", () => {}));
    this.saver = new PgSaver(this.pool, { schema });
    this.schema = schema;
  }

  /** A table of ours, quoted for SQL. */
  table(name: Table["name"]): string {
    return `${pg.escapeIdentifier(this.schema)}.${name}`;
  }

  async rows<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(text, [...values])).rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.end();
  }
}
