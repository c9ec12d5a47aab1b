import { InvalidInputError, unparsable } from "../errors/errors.js";

const EXAMPLE = "postgresql://user:password@host:5432/database";

/** Of other databases and tools, and what to pass instead. */
const SCHEMES: readonly (readonly [RegExp, string])[] = [
  [/^postgres(?:ql)?$|^socket$/, ""],
  [/^postgres(?:ql)?\+/, `has the scheme of another library; begin it with "postgresql://"`],
  [
    /^prisma/,
    "leads to Prisma Accelerate; pass that of the database itself, in Prisma's projects often DIRECT_URL",
  ],
  [
    /^https?$/,
    "is the address of a web service; pass that of the database, which begins with postgresql://",
  ],
];

/**
 * Makes a client of a connection string. What parsers throw holds the string, with the password in it, so
 * it goes no further.
 *
 * @param make parses the string, and connects to nothing yet
 * @param refuse what is wrong with it for this driver, as the end of a sentence
 * @throws InvalidInputError saying what is wrong with it; whether it leads anywhere shows at the first use
 */
export function fromConnString<Client>(
  uri: unknown,
  make: (uri: string) => Client,
  refuse: (uri: string) => string | undefined = () => undefined,
): Client {
  const text = textOf(uri);
  const problem = problemOf(text) ?? refuse(text);
  if (problem !== undefined) {
    throw new InvalidInputError(`The connection string ${problem}. Write it like ${EXAMPLE}.`);
  }
  try {
    return make(text);
  } catch (error) {
    if (error instanceof TypeError || error instanceof URIError) throw unparsable();
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined || path === undefined) throw error;
    throw new InvalidInputError(
      `The connection string names the file "${path}", which can't be read (${code}).`,
    );
  }
}

/** The hosts of a connection string, with their ports. */
export function hostsOf(uri: string): string[] {
  const [, authority = ""] = /^[^:]*:\/\/([^/?#]*)/.exec(uri) ?? [];
  return authority.slice(authority.lastIndexOf("@") + 1).split(",");
}

function textOf(uri: unknown): string {
  // A string that was read from a file ends with a new line.
  const text = typeof uri === "string" ? uri.trim() : "";
  if (!["", "undefined", "null"].includes(text)) return text;
  const got = typeof uri === "object" && uri !== null ? "an object" : JSON.stringify(uri);
  const hint =
    typeof uri === "object" && uri !== null
      ? " Pass clients and pools to the constructor."
      : " Is DATABASE_URL set?";
  throw new InvalidInputError(`Pass a connection string, e.g. ${EXAMPLE}; this is ${got}.${hint}`);
}

/** Nothing of the string is shown: wherever it is wrong, the password may stand. */
function problemOf(uri: string): string | undefined {
  if (/^["'`]|["'`]$/.test(uri)) {
    return "is in quotes, which belong to it where no shell takes them off, as in an env file of Docker; remove them";
  }
  if (/^\w+=\w+:\/\//.test(uri))
    return 'begins with the name of a variable; pass what stands behind "="';
  if (uri.startsWith("/")) return undefined; // a folder of sockets, which pg takes
  if (/^\w+\s*=/.test(uri)) return "has libpq's form of keys and values, which is no URL";
  if (uri.startsWith("jdbc:"))
    return "is one for Java; leave out jdbc:, and write the user before the host";
  const [, scheme = "", authority] = /^([a-z][a-z\d+.-]*):\/\/(.*)$/is.exec(uri) ?? [];
  if (authority === undefined) {
    return uri.startsWith("socket:") ? undefined : 'has no scheme; begin it with "postgresql://"';
  }
  const known = SCHEMES.find(([name]) => name.test(scheme.toLowerCase()));
  if (known === undefined) return "has the scheme of another database; Waypost needs Postgres";
  if (known[1] !== "") return known[1];
  // A password with a slash or a hash sign can look like a host with a port, and all else like a path.
  if (/^[^/?#]*(?:\/[^?#]*@|(?:[^#]*)#.*@)/s.test(authority)) {
    return "holds a character in the user or the password that means something else there, such as # / ? % @ or a blank; write both as encodeURIComponent makes them";
  }
  return undefined;
}
