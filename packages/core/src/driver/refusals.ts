import { InvalidInputError } from "../errors/errors.js";

/**
 * For connections on which a cursor would stand in the way of the loop that reads it: a `put` in the
 * body would wait for the cursor's end, and the cursor for the body.
 */
export function refuseCursor(connection: string): never {
  throw new InvalidInputError(
    `fetch: "cursor" needs a connection of its own, which ${connection} can't give; use the default, "pages".`,
  );
}

/** A lock would hold the only connection, for which the runs that have locks would wait for ever. */
export function refuseLock(pool: string): never {
  throw new InvalidInputError(
    `threadLock needs a connection of its own, which ${pool} can't give; use a larger one.`,
  );
}
