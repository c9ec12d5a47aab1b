import { InvalidInputError } from "@waypost/core/adapter";
import type { PostgresJsSql } from "./client.js";

/**
 * Parameters of connection strings that are meant for other clients: Prisma, libpq and pg. postgres.js hands
 * on to the server what it does not know, and the server refuses the connection.
 */
const FOREIGN = new Set([
  ...["pgbouncer", "schema", "connection_limit", "pool_timeout", "socket_timeout"],
  ...["statement_cache_size", "single_use_connections", "sslaccept", "uselibpqcompat", "supa"],
  ...["channel_binding", "gssencmode", "keepalives", "keepalives_idle", "keepalives_interval"],
  ...["keepalives_count", "tcp_user_timeout", "fallback_application_name", "load_balance_hosts"],
]);

/** Files of libpq and pg, which postgres.js does not read: without them the connection would be another one. */
const FILES = ["sslrootcert", "sslcert", "sslkey", "sslcrl", "sslpassword", "sslidentity"];

/** The connection string without the parameters that mean nothing to postgres.js nor to the server. */
export function withoutForeign(uri: string): string {
  const [, before = uri, query = ""] = /^([^?]*)\?([^#]*)/.exec(uri) ?? [];
  const parameters = query.split("&").filter((one) => one !== "" && !FOREIGN.has(nameOf(one)));
  return parameters.length === 0 ? before : `${before}?${parameters.join("&")}`;
}

/** @throws InvalidInputError naming the first parameter with which no server would take the connection */
export function refuseForeign({ options }: PostgresJsSql): void {
  const names = Object.keys(options.connection ?? {});
  const file = names.find((name) => FILES.includes(name));
  if (file !== undefined && options.connection?.[file] !== "system") {
    throw new InvalidInputError(
      `postgres.js does not read the file of the parameter "${file}"; take it out of the connection string, and pass postgres(url, { ssl: { ca, cert, key } }).`,
    );
  }
  const foreign = names.find((name) => FOREIGN.has(name));
  if (foreign !== undefined) {
    throw new InvalidInputError(
      `The parameter "${foreign}" of the connection string is not for postgres.js, which hands it on to the server, and that refuses it; take it out, or use PostgresJsSaver.fromConnString(uri), which does.`,
    );
  }
}

const nameOf = (parameter: string): string => parameter.split("=", 1)[0] as string;
