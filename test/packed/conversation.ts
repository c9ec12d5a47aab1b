import type { Driver } from "./application.ts";

/** How many turns a run adds to each thread. */
const TURNS = 2;

/**
 * A conversation that several processes lead, one after the other: each compares all that it finds with
 * what must be there, and goes on. It grows so that versions share parts, and holds what needs a class
 * or a binary form to come back. Prints the turns that were found and equal, for each thread.
 */
export function conversation(driver: Driver): string {
  const imports = driver.imports.map(([names, from]) => `import ${names} from "${from}";`);
  return `${IMPORTS}${imports.join("\n")}
const url = process.env.DATABASE_URL;
async function open(options) {${driver.connect}
  return { saver, close };
}
${BODY}`;
}

/** What the run after \`runs\` others prints. */
export const found = (runs: number) => ({ plain: runs * TURNS, encrypted: runs * TURNS });

const IMPORTS = `import { Buffer } from "node:buffer";
import { deepStrictEqual } from "node:assert";
import process from "node:process";
import { compress, encrypt, serializer } from "@waypost/core";
import { Document } from "@langchain/core/documents";
import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { Annotation, StateGraph } from "@langchain/langgraph";
`;

const BODY = `
const words = (n, length) =>
  Array.from({ length }, (_, i) => "word " + ((n * 7919 + i * 104729) % 1000003)).join(" ") + " ü € 😀";

/** Begins, ends and goes on in the middle as before, so that each comparison of two versions has work. */
const texts = (n) =>
  "first " + words(0, 900) + " edited in turn " + n + " " +
  Array.from({ length: n }, (_, i) => words(i + 1, 300)).join("\\n") + words(99, 600);

const stateAt = (n) => ({
  turn: n,
  text: texts(n),
  messages: Array.from({ length: n }, (_, i) => [
    new HumanMessage({ id: "q" + i, content: words(i, 200) }),
    new AIMessage({ id: "a" + i, content: "", tool_calls: [{ id: "c" + i, name: "search", args: { i } }] }),
    new ToolMessage({ id: "t" + i, tool_call_id: "c" + i, content: words(i, 50) }),
  ]).flat(),
  documents: Array.from({ length: n }, (_, i) =>
    new Document({ id: "d" + i, pageContent: words(i, 100), metadata: { page: i } })),
  // All bytes, and in growing number, as no text has them.
  bytes: Uint8Array.from({ length: 3000 * n }, (_, i) => (i * 31) >> 3),
  values: new Map([["set", new Set([1n, new Date(n), /re/gu])], ["in", { bytes: new Uint8Array([0, n, 255]) }]]),
});

const channels = Object.fromEntries(Object.keys(stateAt(1)).map((name) => [name, Annotation()]));
const graphOver = (checkpointer) =>
  new StateGraph(Annotation.Root(channels))
    .addNode("talk", ({ turn }) => stateAt(turn))
    .addEdge("__start__", "talk")
    .compile({ checkpointer });

async function goOn(thread_id, options) {
  const { saver, close } = await open({ schema: process.env.SCHEMA, ...options });
  await saver.setup();
  const graph = graphOver(saver);
  const thread = { configurable: { thread_id } };
  let found = 0;
  for await (const { next, values } of graph.getStateHistory(thread)) {
    if (next.length > 0) continue;
    deepStrictEqual(values, stateAt(values.turn));
    found += 1;
  }
  for (let turn = found + 1; turn <= found + ${TURNS}; turn++) {
    await graph.invoke({ turn }, thread);
  }
  await close();
  return found;
}

const keys = [{ id: "1", key: Buffer.alloc(32, 7) }];
async function main() {
  const plain = await goOn("plain", {});
  const encrypted = await goOn("encrypted", { serde: encrypt(compress(serializer()), { keys }) });
  console.log(JSON.stringify({ plain, encrypted }));
}
main().catch((error) => {
  console.error(error);
  process.exit(1); // with the connections that are open
});
`;
