import { Document } from "@langchain/core/documents";
import type { Encoder } from "./encoder.js";
import { DROPPED } from "./records.js";

const ID = ["langchain_core", "documents", "document", "Document"] as const;
const FIELDS = new Set(["pageContent", "metadata", "id"]);

/** Of other copies of LangChain's than ours. */
const FOREIGN = new WeakMap<object, boolean>();

/** Whichever copy of LangChain it is from. Objects of derived classes, or with further fields, are not taken for it. */
export function isDocument(value: object, prototype: object): value is Document {
  const { pageContent, metadata } = value as Partial<Document>;
  return (
    typeof pageContent === "string" &&
    typeof metadata === "object" &&
    metadata !== null &&
    (prototype === Document.prototype || isForeign(prototype)) &&
    Object.keys(value).every((key) => FIELDS.has(key))
  );
}

function isForeign(prototype: object): boolean {
  let known = FOREIGN.get(prototype);
  if (known === undefined) {
    known = looksLikeDocument(prototype);
    FOREIGN.set(prototype, known);
  }
  return known;
}

/** The class has no methods; where its own name is gone, the names of its fields stand in its source. */
function looksLikeDocument(prototype: object): boolean {
  const base: object | null = Object.getPrototypeOf(prototype);
  if (base === null || Object.getPrototypeOf(base) !== null) return false;
  if (Reflect.ownKeys(prototype).join() !== "constructor") return false;
  const { constructor: Class } = prototype;
  return Class.name === "Document" || SOURCE.test(Function.prototype.toString.call(Class));
}

const SOURCE = /\.pageContent\.toString\(\)[\s\S]*\.metadata\b/;

/** The form in which LangChain loads documents; it has none to write them. */
export function encodeDocument(document: Document, encoder: Encoder, depth: number): unknown {
  const metadata = encoder.child("metadata", document.metadata, depth);
  const id = document.id === undefined ? undefined : encoder.child("id", document.id, depth);
  return {
    lc: 1,
    type: "constructor",
    id: ID,
    kwargs: {
      page_content: document.pageContent,
      metadata: metadata === DROPPED ? {} : metadata,
      ...(id !== undefined && id !== DROPPED && { id }),
    },
  };
}

export function isDocumentId(id: unknown): boolean {
  if (!Array.isArray(id)) return false;
  return id[0] === "langchain_core" && id[1] === "documents" && id.at(-1) === "Document";
}

export function decodeDocument(kwargs: Readonly<Record<string, unknown>>): Document {
  const { page_content: pageContent, metadata, id } = kwargs;
  return new Document({
    pageContent: typeof pageContent === "string" ? pageContent : "",
    metadata: typeof metadata === "object" && metadata !== null ? metadata : {},
    id: id as string | undefined,
  });
}
