import { constructorRecord, OWN } from "./records.js";

type Fields = Record<string, unknown>;

/** Whether a stored text may hold bytes in Waypost's form; most hold none, and need not be parsed. */
export const mayHoldBytes = (json: string): boolean => json.includes(`"${OWN.bytes}"`);

/**
 * A stored text with each Uint8Array in LangGraph's own form, a list of numbers, so that the official saver
 * reads it. Within messages, and what only Waypost has a form for, that saver would not revive it.
 */
export function withOfficialBytes(json: string): string {
  if (!mayHoldBytes(json)) return json;
  return JSON.stringify(convert(JSON.parse(json)));
}

/** In place; no deeper than values may nest. */
function convert(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { lc, type } = value as Fields;
  if (lc === 2 && type === OWN.bytes) return bytes(value as Fields);
  if (lc === 1 || (lc === 2 && type !== "constructor" && type !== "delta_snapshot")) return value;
  for (const [key, part] of Object.entries(value)) (value as Fields)[key] = convert(part);
  return value;
}

function bytes(record: Fields): unknown {
  if (record.class !== "Uint8Array" || typeof record.value !== "string") return record;
  const numbers = [...Buffer.from(record.value, "base64")];
  return { ...constructorRecord("Uint8Array", [numbers]), method: "from" };
}
