import { databaseUrl, freshName, withClient, withSchema } from "@waypost/conformance/fixtures";
import { type StoreOptions, storeSetupScript, type WaypostStore } from "@waypost/store";

/** A store on a connection, and statements of the application's on the same one. */
export interface StoreSession {
  readonly store: WaypostStore;
  run(text: string): Promise<readonly object[]>;
  close(): Promise<void>;
}

/** One way to connect a store. */
export interface StoreMode {
  /** As it stands in the titles of the tests. */
  readonly name: string;
  open(url: string, options: StoreOptions): Promise<StoreSession>;
  /** Begins a transaction that the store joins; all work of `open` is part of one then, which `close` rolls back. */
  readonly begin?: (
    url: string,
    options: StoreOptions,
  ) => Promise<StoreSession & { end(how: "commit" | "rollback"): Promise<void> }>;
  /** The database is part of this process. */
  readonly embedded?: boolean;
}

/** Makes the tables at once; what `setup()` does has tests of its own. */
export const createStoreTables = (schema: string): Promise<unknown> =>
  withClient((client) => client.query(storeSetupScript(schema)));

/** Runs the work with a store whose tables are ready, in a schema of its own. */
export function withStore<T>(
  mode: StoreMode,
  work: (session: StoreSession & { readonly schema: string }) => Promise<T>,
  options: StoreOptions = {},
  url = mode.embedded ? "" : databaseUrl(),
): Promise<T> {
  const inSchema = async (schema: string) => {
    if (!mode.embedded) await createStoreTables(schema);
    const session = await mode.open(url, { ...options, schema });
    try {
      if (mode.embedded || options.index !== undefined) await session.store.setup();
      return await work({ ...session, schema });
    } finally {
      await session.close();
    }
  };
  return mode.embedded ? inSchema(freshName()) : withSchema(inSchema, url);
}
