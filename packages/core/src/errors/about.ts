/** What an error is about, as far as the driver, the saver and the server tell. */
export interface About {
  /** Where the driver tried to connect, e.g. `localhost:5432`. */
  readonly address?: string;
  /** Whether that is where drivers connect that are told nothing. */
  readonly isDefaultAddress?: boolean;
  /** Whether the server refused the connection rather than a statement. */
  readonly refusedToConnect?: boolean;
  /** Size of the pool. */
  readonly connections?: number | undefined;
  /** The schema of the saver. */
  readonly schema?: string;
  readonly database?: string;
  readonly role?: string;
}

export function placeOf({ schema, database }: About): string {
  const where = schema === undefined ? "the schema" : `schema "${schema}"`;
  return database === undefined ? where : `${where} of database "${database}"`;
}

const DEFAULT_PORT = 5432;
const LOOPBACK: readonly unknown[] = ["localhost", "127.0.0.1", "::1"];

/** What the error of a driver, or one of its causes, tells of the connection that failed. */
export function connectionOf(errors: readonly object[]): About {
  const refusedToConnect = errors.some(
    (error) => "severity" in error && error.severity === "FATAL",
  );
  for (const error of errors) {
    const { address, hostname, port } = error as Readonly<Record<string, unknown>>;
    const host = [address ?? hostname].flat()[0];
    if (typeof host !== "string") continue;
    const isDefaultAddress = LOOPBACK.includes(host) && port === DEFAULT_PORT;
    const named = host.includes(":") ? `[${host}]` : host;
    return {
      ...{ refusedToConnect, isDefaultAddress },
      address: port === undefined ? host : `${named}:${port}`,
    };
  }
  return { refusedToConnect };
}
