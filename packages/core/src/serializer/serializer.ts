import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import { decodePython } from "./python/index.js";
import type { Serializer } from "./types.js";

/** The default serializer: LangGraph's own, which also reads what Python's saver wrote. */
export function serializer(): Serializer {
  return new WaypostSerializer();
}

class WaypostSerializer extends JsonPlusSerializer implements Serializer {
  readonly jsonIsText = true;

  override async loadsTyped(type: string, data: Uint8Array | string): Promise<unknown> {
    if (type === "json" || type === "bytes") return super.loadsTyped(type, data);
    return decodePython(type, data);
  }
}
