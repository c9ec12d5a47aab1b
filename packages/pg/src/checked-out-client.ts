import type { PgPool, PgPoolClient } from "./client.js";

/** A client of the pool that is kept for a while. */
export interface CheckedOutClient {
  readonly client: PgPoolClient;
  /** Why the pool should not use the client again. */
  broken: Error | undefined;
  /** Rejected when the connection is lost, also while no query waits for an answer. */
  readonly lost: Promise<never>;
  release(): void;
}

/**
 * Has the client listened to from the moment in which the pool, which listens to idle ones only, hands
 * it over: an error event without a listener ends the process. A promise of it would be too late for a
 * connection that the server ends just as it becomes ready.
 */
export function checkOut(pool: PgPool): Promise<CheckedOutClient> {
  return new Promise((resolve, reject) => {
    let taken = false;
    const take = (client: PgPoolClient | undefined) => {
      if (client === undefined || taken) return;
      taken = true;
      resolve(checkedOutClient(client));
    };
    const connecting = pool.connect((error, client) => {
      if (error) reject(error);
      else take(client);
    });
    // A pool that its owner has wrapped may know promises only.
    Promise.resolve(connecting as PgPoolClient | undefined).then(take, reject);
  });
}

function checkedOutClient(client: PgPoolClient): CheckedOutClient {
  let onError: (error: Error) => void = () => {};
  const lost = new Promise<never>((_, reject) => {
    onError = (error) => {
      checkedOut.broken = error;
      reject(error);
    };
  });
  lost.catch(() => {}); // most leases do not wait for it
  const checkedOut: CheckedOutClient = {
    client,
    broken: undefined,
    lost,
    release: () => {
      client.off("error", onError);
      client.release(checkedOut.broken);
    },
  };
  client.on("error", onError);
  return checkedOut;
}
