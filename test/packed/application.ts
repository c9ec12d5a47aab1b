/** What differs between the drivers in one and the same application. */
export interface Driver {
  readonly name: string;
  /** As in the install line of the package's README. */
  readonly dependencies: readonly string[];
  /** Versions for type checks only. */
  readonly types: Readonly<Record<string, string>>;
  /** Names and where they are from; a name without braces is the default export. */
  readonly imports: readonly (readonly [names: string, from: string])[];
  /** Defines `saver` and `close`, and `transact`, which gives a saver in a transaction to its argument. */
  readonly connect: string;
  /** Drivers that nobody asked for. */
  readonly absent: readonly string[];
}

export const DRIVERS: readonly Driver[] = [
  {
    name: "pg",
    dependencies: ["pg", "pg-cursor"],
    types: { "@types/pg": "8.21.0", "@types/pg-cursor": "2.7.2" },
    imports: [
      ["{ PgSaver }", "@waypost/pg"],
      ["pg", "pg"],
      ["Cursor", "pg-cursor"],
    ],
    connect: `
  const own = PgSaver.fromConnString(url, options);
  await own.setup();
  await own.end();
  const pool = new pg.Pool({ connectionString: url });
  const saver = new PgSaver(pool, { ...options, cursor: Cursor });
  const close = () => pool.end();
  const transact = async (work: (saver: PgSaver) => Promise<void>) => {
    const client = await pool.connect();
    await client.query("BEGIN");
    await work(new PgSaver(client, options));
    await client.query("ROLLBACK");
    client.release();
  };`,
    absent: ["postgres", "kysely", "@electric-sql/pglite"],
  },
  {
    name: "postgres-js",
    dependencies: ["postgres"],
    types: {},
    imports: [
      ["{ PostgresJsSaver }", "@waypost/postgres-js"],
      ["postgres", "postgres"],
    ],
    connect: `
  const own = PostgresJsSaver.fromConnString(url, options);
  await own.setup();
  await own.end();
  const sql = postgres(url, { onnotice: () => {} });
  const saver = new PostgresJsSaver(sql, options);
  const close = () => sql.end();
  const transact = async (work: (saver: PostgresJsSaver) => Promise<void>) => {
    const undo = new Error("undone on purpose");
    await sql
      .begin(async (transaction) => {
        await work(new PostgresJsSaver(transaction, options));
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error;
      });
  };`,
    absent: ["pg", "kysely", "@electric-sql/pglite"],
  },
  {
    name: "kysely",
    dependencies: ["kysely", "pg", "pg-cursor"],
    types: { "@types/pg": "8.21.0", "@types/pg-cursor": "2.7.2" },
    imports: [
      ["{ KyselySaver }", "@waypost/kysely"],
      ["{ Kysely, PostgresDialect }", "kysely"],
      ["pg", "pg"],
      ["Cursor", "pg-cursor"],
    ],
    connect: `
  const pool = new pg.Pool({ connectionString: url });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool, cursor: Cursor }) });
  const saver = new KyselySaver(db, options);
  const close = () => db.destroy();
  const transact = async (work: (saver: KyselySaver) => Promise<void>) => {
    const undo = new Error("undone on purpose");
    await db
      .transaction()
      .execute(async (transaction) => {
        await work(new KyselySaver(transaction, options));
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error;
      });
  };`,
    absent: ["postgres", "@electric-sql/pglite", "kysely-postgres-js"],
  },
];

const LANGGRAPH = ["{ MessagesAnnotation, StateGraph }", "@langchain/langgraph"] as const;

/** A graph that remembers, forks, and keeps a transaction to itself; prints what came of it. */
const BODY = `
  await saver.setup();
  const build = (checkpointer: typeof saver) =>
    new StateGraph(MessagesAnnotation)
      .addNode("reply", ({ messages }) => ({ messages: ["reply " + messages.length] }))
      .addEdge("__start__", "reply")
      .compile({ checkpointer });
  const graph = build(saver);
  const thread = { configurable: { thread_id: process.env.THREAD! } };
  await graph.invoke({ messages: ["hello"] }, thread);
  const { messages } = await graph.invoke({ messages: ["again"] }, thread);

  const history = [];
  for await (const state of graph.getStateHistory(thread)) history.push(state);
  const early = history.find((state) => state.next.length === 0 && state.values.messages.length === 2);
  const fork = await graph.updateState(early!.config, { messages: ["fork"] });
  const forked = (await graph.getState(fork)).values.messages;

  let listed = 0;
  for await (const { checkpoint } of saver.list(thread)) if (checkpoint.id) listed++;
  let streamed = 0;
  for await (const { checkpoint } of saver.list(thread, { fetch: "cursor" })) {
    if (checkpoint.id) streamed++;
  }
  let inside = 0;
  await transact(async (joined) => {
    const state = await build(joined).invoke({ messages: ["undo me"] }, thread);
    inside = state.messages.length;
  });
  const after = (await graph.getState(thread)).values.messages.length;
  await saver.deleteThread(process.env.THREAD!);
  const left = await saver.getTuple(thread);
  await close();
  console.log(
    JSON.stringify({
      said: messages.map((message) => message.content),
      forked: forked.map((message: { content: unknown }) => message.content),
      ...{ history: history.length, listed, streamed, inside, after, left: left === undefined },
    }),
  );`;

/** What the application prints, whoever runs it. */
export const PRINTED = {
  said: ["hello", "reply 1", "again", "reply 3"],
  forked: ["hello", "reply 1", "fork"],
  history: 6,
  listed: 7,
  streamed: 7,
  inside: 5,
  after: 3,
  left: true,
};

/** The application in TypeScript. */
export function typescript(driver: Driver): string {
  const imports = [...driver.imports, LANGGRAPH].map(
    ([names, from]) => `import ${names} from "${from}";`,
  );
  return `${imports.join("\n")}
const url = process.env.DATABASE_URL!;
const options = { schema: process.env.SCHEMA! };
async function main() {${driver.connect}${BODY}
}
main().catch((error) => {
  console.error(error);
  process.exit(1); // with the connections that are open
});
`;
}

/** CommonJS from what a compiler made of the application: imports become calls of require. */
export function commonJs(javascript: string): string {
  return (
    javascript
      .replaceAll(/^import (\{.+\}) from "(.+)";$/gm, 'const $1 = require("$2");')
      // Where Bun has a module of functions for a package, that is what CommonJS gets.
      .replaceAll(
        /^import (.+) from "(.+)";$/gm,
        'const { default: $1 = require("$2") } = require("$2");',
      )
  );
}
