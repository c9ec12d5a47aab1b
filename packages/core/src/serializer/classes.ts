import {
  AIMessage,
  AIMessageChunk,
  ChatMessage,
  ChatMessageChunk,
  FunctionMessage,
  FunctionMessageChunk,
  HumanMessage,
  HumanMessageChunk,
  RemoveMessage,
  SystemMessage,
  SystemMessageChunk,
  ToolMessage,
  ToolMessageChunk,
} from "@langchain/core/messages";

/** A class of LangChain's: made from one object of fields, like all that LangChain itself can load. */
export type LangChainClass = new (fields: never) => object;

/** The classes that are revived without being asked for, by their names in LangChain's own format. */
export const MESSAGES: ReadonlyMap<string, LangChainClass> = new Map(
  Object.entries({
    AIMessage,
    AIMessageChunk,
    ChatMessage,
    ChatMessageChunk,
    FunctionMessage,
    FunctionMessageChunk,
    HumanMessage,
    HumanMessageChunk,
    RemoveMessage,
    SystemMessage,
    SystemMessageChunk,
    ToolMessage,
    ToolMessageChunk,
  } satisfies Record<string, LangChainClass>),
);

/** What makes an object one of LangChain's, whichever copy of the library its class is from. */
export interface Serializable {
  readonly lc_serializable: boolean;
  readonly lc_namespace: readonly string[];
  readonly lc_id: readonly string[];
  readonly lc_kwargs: Readonly<Record<string, unknown>>;
  readonly lc_secrets?: Readonly<Record<string, string>>;
}

export function isSerializable(value: object): value is Serializable {
  const { lc_serializable, lc_kwargs } = value as Partial<Serializable>;
  return lc_serializable === true && typeof lc_kwargs === "object" && lc_kwargs !== null;
}
