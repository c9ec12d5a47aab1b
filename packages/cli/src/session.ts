import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import type { Table } from "@waypost/core/adapter";
import { PgSaver } from "@waypost/pg";
import type { Command } from "commander";
import pg from "pg";
import { printable } from "./output.ts";

export interface Global {
  readonly database: string | undefined;
  readonly schema: string;
  readonly json: boolean;
}

/** The options that stand before or behind any command. */
export const globalsOf = (command: Command): Global => command.optsWithGlobals<Global>();

/** Where the tables are, without the password: `schema "public" of database "app" on localhost:5432`. */
export function placeOf({ database: url, schema }: Pick<Global, "database" | "schema">): string {
  const { host, port, database } = new pg.Client({ connectionString: url });
  const server = host.startsWith("/") ? host : `${host}:${port}`;
  return printable(`schema "${schema}" of database "${database}" on ${server}`);
}

/** A connection to the database, and a saver on it. */
export class Session implements AsyncDisposable {
  readonly pool: pg.Pool;
  readonly saver: PgSaver;
  readonly schema: string;
  /** Schema and database, as questions and errors name them. */
  readonly place: string;

  /** @param serde what reads stored values; by default that of the saver */
  constructor({ database, schema }: Global, serde?: SerializerProtocol) {
    if (!database) {
      throw new Error(
        "Set DATABASE_URL, or pass --database URL. This tool reads no file such as .env.",
      );
    }
    // What can't be parsed is refused without being shown; this connects to nothing.
    PgSaver.fromConnString(database, { schema });
    this.pool = new pg.Pool({ connectionString: database, max: 2, application_name: "waypost" });
    this.pool.on("error", () => {});
    // Also while it is checked out; what waits for it fails by itself.
    this.pool.on("connect", (client) => client.on("error", () => {}));
    this.saver = new PgSaver(this.pool, { schema, serde });
    this.schema = schema;
    this.place = placeOf({ database, schema });
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
