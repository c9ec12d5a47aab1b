import type { Act } from "./agent/src/acts.ts";

/** One process of an example: a file of its folder, and its command line. */
export interface Step {
  readonly file: string;
  readonly args: readonly string[];
}

export interface Example {
  readonly title: string;
  readonly folder: string;
  readonly steps: readonly Step[];
  /** True where no server takes part. */
  readonly serverless?: boolean;
}

const step = (file: string, ...args: string[]): Step => ({ file, args });

/** The three acts of the weather agent, each a process. */
const conversation = (file = "index.ts"): Step[] =>
  (["ask", "follow-up", "fork"] satisfies Act[]).map((act) => step(file, act));

const withDriver = (driver: string, act: Act): Step => step("index.ts", "--driver", driver, act);

/** The examples that begin with the three acts. */
export const CONVERSATIONS: readonly Example[] = [
  { title: "Single connection", folder: "single-connection", steps: conversation() },
  {
    title: "Single connection, pipelined",
    folder: "single-connection",
    steps: conversation("pipelined.ts"),
  },
  { title: "Pool", folder: "pool", steps: conversation() },
  { title: "Connection string", folder: "connection-string", steps: conversation() },
  {
    title: "Your transaction",
    folder: "transaction",
    steps: [...conversation(), step("rollback.ts", "follow-up")],
  },
  {
    title: "postgres.js, streaming a history",
    folder: "stream",
    steps: [...conversation(), step("history.ts")],
  },
  {
    title: "Kysely, next to your own tables",
    folder: "kysely",
    steps: [...conversation(), step("threads.ts")],
  },
  {
    title: "Kysely, your transaction",
    folder: "kysely-transaction",
    steps: [...conversation(), step("rollback.ts", "follow-up")],
  },
  {
    title: "Kysely over PGlite, without a server",
    folder: "kysely-pglite",
    steps: conversation(),
    serverless: true,
  },
  {
    title: "One agent, handed from driver to driver",
    folder: "drivers",
    steps: [
      withDriver("pg", "ask"),
      withDriver("postgres-js", "follow-up"),
      withDriver("kysely", "fork"),
      withDriver("kysely-pglite", "ask"), // a database of its own
      withDriver("kysely-pglite", "follow-up"),
    ],
  },
];

export const EXAMPLES: readonly Example[] = [
  ...CONVERSATIONS,
  {
    title: "A session",
    folder: "session",
    steps: [
      step("index.ts", "what's the weather in nyc"),
      step("index.ts", "do I need a jacket there?"),
      step("history.ts"),
      step("forget.ts"),
    ],
  },
  {
    title: "Behind HTTP",
    folder: "http",
    steps: [
      step("ask.ts", "what's the weather in sf"),
      step("ask.ts", "do I need a jacket there?"),
      step("express.ts", "what's the weather in nyc"),
      step("fastify.ts", "what's the weather in nyc"),
    ],
  },
  {
    title: "Route handlers of Next.js",
    folder: "nextjs",
    steps: [
      step("index.ts", "what's the weather in nyc"),
      step("index.ts", "do I need a jacket there?"),
    ],
  },
  {
    title: "Beside an ORM, in its transaction",
    folder: "orms",
    steps: ["drizzle.ts", "drizzle-postgres-js.ts", "knex.ts", "typeorm.ts"].map((file) =>
      step(file),
    ),
  },
  {
    title: "From the official saver and back",
    folder: "switch",
    steps: [step("official.ts", "begin"), step("index.ts"), step("official.ts")],
  },
  {
    title: "Human in the loop",
    folder: "human-in-the-loop",
    steps: [step("request.ts", "40"), step("answer.ts", "yes")],
  },
  {
    title: "LangGraph's embedded server, and an agent that asks for approval",
    folder: "embed",
    steps: [step("index.ts", "ask"), step("index.ts", "approve")],
  },
  {
    title: "Time travel",
    folder: "time-travel",
    steps: [step("index.ts", "ask"), step("travel.ts"), step("branches.ts")],
  },
  {
    title: "OpenTelemetry",
    folder: "opentelemetry",
    steps: [step("index.ts", "ask"), step("index.ts", "follow-up")],
  },
];

/**
 * The environment of an example's processes: this one's, and where they store.
 *
 * @param url of the server; not for examples without one
 * @param folder where PGlite keeps its database
 */
export function environment(
  { serverless }: Example,
  url: string | undefined,
  folder: string,
): NodeJS.ProcessEnv {
  const { DATABASE_URL: _, ...env } = process.env;
  return { ...env, PGLITE_FOLDER: folder, ...(serverless ? {} : { DATABASE_URL: url }) };
}
