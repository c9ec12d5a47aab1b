import type { Encoder } from "./encoder.js";
import { DROPPED, record } from "./records.js";

/** An object of LangGraph's, whichever copy of the library its class is from. */
interface LangGraphObject {
  readonly lg_name: string;
  readonly [field: string]: unknown;
}

/** The fields in which LangGraph takes a plain object for its own; its classes are no part of this package. */
const FORMS = new Map<string, readonly string[]>([
  ["Send", ["lg_name", "node", "args", "timeout"]],
  ["Command", ["lg_name", "graph", "update", "resume", "goto"]],
  ["Overwrite", ["__overwrite__"]],
]);

export function isLangGraph(value: object): value is LangGraphObject {
  const name = (value as Partial<LangGraphObject>).lg_name;
  return name === "DeltaSnapshot" || (typeof name === "string" && FORMS.has(name));
}

export function encodeLangGraph(value: LangGraphObject, encoder: Encoder, depth: number): unknown {
  const fields = value.lg_name === "DeltaSnapshot" ? ["value"] : FORMS.get(value.lg_name);
  const encoded: Record<string, unknown> = {};
  for (const field of fields ?? []) {
    if (value[field] === undefined) continue;
    const part = encoder.child(field, value[field], depth);
    if (part !== DROPPED) encoded[field] = part;
  }
  return value.lg_name === "DeltaSnapshot" ? record("delta_snapshot", encoded) : encoded;
}
