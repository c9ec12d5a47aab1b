import { readFileSync } from "node:fs";
import { inspect, isDeepStrictEqual } from "node:util";
import { AIMessage, BaseMessage, HumanMessage } from "@langchain/core/messages";
import { JsonPlusSerializer, type SerializerProtocol } from "@langchain/langgraph-checkpoint";
import { serializer } from "@waypost/core";
import { SAMPLES, type Sample } from "./samples/index.ts";

/** What neither can store, and what becomes of it. */
const UNSTORABLE: readonly Sample[] = [
  { kind: "function", value: () => {} },
  { kind: "symbol", value: Symbol("s") },
  { kind: "promise", value: Promise.resolve(1) },
  { kind: "cycle", value: cycle() },
  { kind: "array with holes", value: Object.assign([], { 0: 1, 2: 3 }) },
  {
    kind: "object of a class of yours",
    value: new (class Money {
      cents = 5;
    })(),
  },
  { kind: "object of a class derived from Array", value: class List extends Array {}.of(1, 2) },
  { kind: "object of a class derived from Map", value: new (class Sorted extends Map {})() },
  { kind: "`arguments`", value: new Function("return arguments")(1) },
  { kind: "boxed primitive", value: Object(1) },
  { kind: "Map with properties of its own", value: Object.assign(new Map(), { extra: 1 }) },
  { kind: "10,000 levels", value: nested(10_000) },
];

function cycle(): object {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

const MARKS = [
  "<!-- table: written by `npm run docs:serializer` -->",
  "<!-- end of the table -->",
] as const;
const PAGE = new URL("../../../docs/serializer.md", import.meta.url);

/** The page as it stands, and as it should: its table made anew from what the serializers do. */
export async function serializerPage(): Promise<{ path: URL; current: string; fresh: string }> {
  const current = readFileSync(PAGE, "utf8");
  const [before, after] = [current.indexOf(MARKS[0]), current.indexOf(MARKS[1])];
  if (before < 0 || after < before)
    throw new Error("docs/serializer.md has no marks for its table.");
  const head = current.slice(0, before + MARKS[0].length);
  return { path: PAGE, current, fresh: `${head}\n\n${await table()}\n\n${current.slice(after)}` };
}

async function table(): Promise<string> {
  const rows = [["Value", "`JsonPlusSerializer`", "`serializer()`"]];
  for (const sample of [...SAMPLES, ...UNSTORABLE]) {
    const upstream = new JsonPlusSerializer();
    rows.push([sample.kind, await cell(upstream, sample), await cell(serializer(), sample)]);
  }
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => (row[i] as string).length)));
  const lines = rows.map(
    (row) => `| ${row.map((text, i) => text.padEnd(widths[i] as number)).join(" | ")} |`,
  );
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return lines.join("\n");
}

/** Both at the top of a value and in the fields of a message, as these differ. */
async function cell(serde: SerializerProtocol, { value, ...sample }: Sample): Promise<string> {
  const expected = "readsAs" in sample ? sample.readsAs : value;
  const inObject = await outcome(
    serde,
    { a: value },
    (read) => (read as { a: unknown }).a,
    expected,
  );
  const message = new HumanMessage({ content: "", additional_kwargs: { a: value } });
  const inMessage = await outcome(
    serde,
    message,
    (read) => (read as HumanMessage).additional_kwargs.a,
    expected,
  );
  const text = inObject === inMessage ? inObject : `${inObject}; in a message: ${inMessage}`;
  return "readsAs" in sample && text === "equal" ? `equal, as ${nameOf(expected)}` : text;
}

async function outcome(
  serde: SerializerProtocol,
  value: unknown,
  takeOut: (read: unknown) => unknown,
  expected: unknown,
): Promise<string> {
  let stored: [string, Uint8Array];
  try {
    stored = await serde.dumpsTyped(value);
  } catch {
    return "refused";
  }
  try {
    const read = takeOut(await serde.loadsTyped(...stored));
    return equal(read, expected) ? "equal" : `becomes ${describe(read)}`;
  } catch {
    return "stored, but can't be read";
  }
}

function equal(read: unknown, expected: unknown): boolean {
  if (!(expected instanceof BaseMessage)) return isDeepStrictEqual(read, expected);
  // Without what its constructor was once given, which is no field of a message.
  const fields = (value: object) => Object.entries(value).filter(([name]) => name !== "lc_kwargs");
  return read instanceof BaseMessage && isDeepStrictEqual(fields(read), fields(expected));
}

function describe(value: unknown): string {
  if (value instanceof AIMessage || value instanceof BaseMessage)
    return `${nameOf(value)} without some fields`;
  if (value instanceof Error) return "an Error with less in it";
  const text = inspect(value, {
    depth: 0,
    breakLength: Number.POSITIVE_INFINITY,
    maxArrayLength: 3,
  });
  const short = text.length > 40 ? `${text.slice(0, 37)}...` : text;
  return `\`${short.replaceAll("|", "\\|").replaceAll("`", "'")}\``;
}

const nameOf = (value: unknown): string => (value as object).constructor.name;
