import type { SaverOptions, WaypostSaver } from "@waypost/core";
import type { StoreOptions, WaypostStore } from "@waypost/store";

/** Connections, or a transaction on one, over which any number of savers and stores work. */
export interface Shared {
  saver(options: SaverOptions): WaypostSaver;
  store(options: StoreOptions): WaypostStore;
  /** Runs a statement of the application's. */
  run(text: string): Promise<readonly object[]>;
}

/** A pool or a connection that is open. */
export interface Connected extends Shared {
  close(): Promise<void>;
}

/** A transaction of the application's. */
export interface Begun extends Shared {
  /** Ends the transaction and the connection under it. */
  end(how: "commit" | "rollback"): Promise<void>;
}

export interface Settings {
  /** Of a pool; 4 by default. */
  readonly connections?: number;
  /** False where statements must not be prepared; pg and Kysely leave that to the saver and the dialect. */
  readonly prepare?: boolean;
  /** Connections get lost on purpose: one that can't be made within 2 s is given up. */
  readonly unreliable?: boolean;
  /** After which a connection on which nothing arrives or leaves is ended; never by default. */
  readonly silenceMs?: number;
}

/** One way to connect a driver. */
export interface Kind {
  /** There is one connection only. */
  readonly single: boolean;
  /** A cursor can be opened beside other operations. */
  readonly cursor: boolean;
  connect(url: string, settings?: Settings): Promise<Connected>;
}

/** Begins a transaction that savers join. */
export type Begin = (url: string, settings?: Settings) => Promise<Begun>;

/** By statements of the application's on a connection. */
export const beginOn =
  (kind: Kind): Begin =>
  async (url, settings) => {
    const connected = await kind.connect(url, settings);
    await connected.run("BEGIN");
    return {
      ...connected,
      async end(how) {
        await connected.run(how);
        await connected.close();
      },
    };
  };
