import { Document } from "@langchain/core/documents";
import type { Encoder } from "./encode.js";
import { DROPPED } from "./records.js";

const ID = ["langchain_core", "documents", "document", "Document"] as const;
const FIELDS = new Set(["pageContent", "metadata", "id"]);

/** Whichever copy of LangChain it is from. Objects of derived classes have more fields, and are not taken for it. */
export function isDocument(value: object): value is Document {
  const { pageContent, metadata } = value as Partial<Document>;
  return (
    typeof pageContent === "string" &&
    typeof metadata === "object" &&
    value.constructor?.name === "Document" &&
    Object.keys(value).every((key) => FIELDS.has(key))
  );
}

/** The form in which LangChain loads documents; it has none to write them. */
export function encodeDocument(document: Document, encoder: Encoder, depth: number): unknown {
  const metadata = encoder.child("metadata", document.metadata, depth);
  return {
    lc: 1,
    type: "constructor",
    id: ID,
    kwargs: {
      page_content: document.pageContent,
      metadata: metadata === DROPPED ? {} : metadata,
      id: document.id,
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
    ...(typeof id === "string" ? { id } : {}),
  });
}
