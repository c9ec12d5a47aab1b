import { DeltaSnapshot } from "@langchain/langgraph-checkpoint";
import { SerializationError } from "../errors/errors.js";
import { decodeConstructor } from "./constructors.js";
import { decodeDocument, isDocumentId } from "./documents.js";
import { decodeMessage } from "./messages.js";
import type { CheckedSerializerOptions } from "./options.js";
import { decodeOwn } from "./own.js";
import { LANGCHAIN_ESCAPE } from "./records.js";

type Fields = Record<string, unknown>;
type Container = Fields | unknown[];

/**
 * No record of any kind can do without it; only whitespace or escapes could hide it, and then it stays
 * data. Without the quote before it, which JSON is full of, the search takes a tenth of the time.
 */
const MARKER = 'lc":';

/**
 * Revives, in place, what `JSON.parse` made of a stored value. The types are a closed list: nothing is
 * imported or called by a name that stands in the row, and what is not exactly a record stays data.
 *
 * @throws SerializationError for broken JSON, a message that can't be made, or a class that is not registered
 */
export function decodeJson(json: string, options: CheckedSerializerOptions): unknown {
  const value = parse(json);
  if (!json.includes(MARKER)) return value;
  const root: unknown[] = [value];
  const records = findRecords(root);
  // The innermost first, so that each finds its parts revived.
  for (let i = records.length - 1; i >= 0; i--) {
    const { parent, key, record } = records[i] as Found;
    (parent as Fields)[key] = reviveRecord(record, options);
  }
  return root[0];
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Without its cause, which quotes the text.
    throw new SerializationError("The stored value is not JSON; it is damaged or was cut off.");
  }
}

interface Found {
  readonly parent: Container;
  readonly key: string | number;
  readonly record: Fields;
}

/** All records below a container, each before those within it. No recursion: rows may nest at any depth. */
function findRecords(root: unknown[]): Found[] {
  const records: Found[] = [];
  const containers: Container[] = [root];
  /** Whether each container is within an object of LangChain's, whose library escapes in a way of its own. */
  const within: boolean[] = [false];
  const visit = (parent: Container, key: string | number, inside: boolean) => {
    const value = (parent as Fields)[key];
    if (typeof value !== "object" || value === null) return;
    const kind = Array.isArray(value) ? undefined : kindOf(value as Fields, inside);
    if (kind === "escaped") {
      (parent as Fields)[key] = (value as Fields)[LANGCHAIN_ESCAPE];
      return;
    }
    if (kind !== undefined) records.push({ parent, key, record: value as Fields });
    containers.push(value as Container);
    within.push(inside || kind === "langchain");
  };
  for (;;) {
    const parent = containers.pop();
    const inside = within.pop() === true;
    if (parent === undefined) return records;
    if (Array.isArray(parent)) for (let i = 0; i < parent.length; i++) visit(parent, i, inside);
    // Faster than a list of keys. Of parsed JSON, all that can be enumerated is its own.
    else for (const key in parent) visit(parent, key, inside);
  }
}

function kindOf(value: Fields, inside: boolean): "record" | "langchain" | "escaped" | undefined {
  const { lc } = value;
  if ((lc === 1 || lc === 2) && Object.hasOwn(value, "lc"))
    return lc === 1 ? "langchain" : "record";
  const escaped =
    inside && Object.hasOwn(value, LANGCHAIN_ESCAPE) && Object.keys(value).length === 1;
  return escaped ? "escaped" : undefined;
}

function reviveRecord(record: Fields, options: CheckedSerializerOptions): unknown {
  if (record.lc === 1) return reviveLangChain(record, options);
  switch (record.type) {
    case "undefined":
      return undefined;
    case "delta_snapshot":
      return Object.hasOwn(record, "value") ? new DeltaSnapshot(record.value) : record;
    case "constructor":
      return decodeConstructor(record);
    default:
      return decodeOwn(record, options);
  }
}

function reviveLangChain(record: Fields, { langchain }: CheckedSerializerOptions): unknown {
  const { type, id, kwargs, fields = {} } = record;
  if (type !== "constructor" || !isFields(kwargs) || !isFields(fields)) return record;
  const builder = langchain.builderFor(id);
  if (builder !== undefined) return decodeMessage(builder, kwargs, fields);
  return isDocumentId(id) ? decodeDocument(kwargs) : record;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
