import { Document } from "@langchain/core/documents";
import { MESSAGES } from "../classes.js";
import { makeMessage } from "../messages.js";
import { isFields } from "./langgraph.js";

/** Says in Python which class it is; here the class does. */
const TYPE_FIELDS = ["type", "example"];

/**
 * A message or document of LangChain, whose fields have the same names in both languages.
 *
 * @returns undefined for other types
 */
export function langchainObject(module: string, name: string, fields: unknown): unknown {
  if (!isFields(fields)) return undefined;
  const Message = MESSAGES.get(name);
  if (/^langchain_core\.messages\b/.test(module) && Message) {
    const { content, ...others } = given(fields);
    // Python's has an empty text there.
    return makeMessage(Message, name === "RemoveMessage" ? others : { ...others, content });
  }
  if (module !== "langchain_core.documents.base" || name !== "Document") return undefined;
  const { page_content: pageContent, metadata, id } = given(fields);
  return new Document({
    pageContent: String(pageContent),
    metadata: metadata as object,
    id: id as string,
  });
}

/** Python's None is a field that is not set here. */
function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => value !== null && !TYPE_FIELDS.includes(name)),
  );
}
