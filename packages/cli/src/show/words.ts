import { inspect } from "node:util";
import { printable } from "../output.ts";
import { Unreadable } from "../serde.ts";
import { bytes, number } from "../units.ts";
import { messagesOf, summaryOf } from "./messages.ts";

/** A subgraph returns the whole conversation; the new messages are its last. */
const MOST_MESSAGES = 3;
/** What is longer is told by its size. */
const MOST_TEXT = 200;

/**
 * A value in words, each of the lines without control characters: messages as speaker and first line, what
 * is short as it is, the rest by its size.
 *
 * @param size of the value as it is stored, in bytes
 */
export function inWords(value: unknown, size: number): string[] {
  if (value instanceof Unreadable) return [printable(String(value))];
  if (value === undefined) return [bytes(size)];
  const messages = messagesOf(value);
  if (messages !== undefined) {
    const lines = messages.map((message) => `+ ${summaryOf(message)}`);
    const hidden = lines.length - MOST_MESSAGES;
    return hidden <= 1
      ? lines
      : [`+ ${number(hidden)} messages before these`, ...lines.slice(hidden)];
  }
  // Escapes and records of classes make the stored form longer, by less than this.
  const text = size <= 4 * MOST_TEXT ? literal(value) : "";
  if (text !== "" && text.length <= MOST_TEXT) return [text];
  return [`${kindOf(value)}, ${bytes(size)}`];
}

/** A question, an answer or the like in full: a text as it is, all else as in code. */
export function inFull(value: unknown): string {
  if (typeof value === "string") return value;
  return value instanceof Unreadable ? String(value) : literal(value);
}

/** An error as it was stored: `TypeError: …`. */
export function errorText(error: unknown): string {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  if (typeof message !== "string") return error === undefined ? "an error" : inFull(error);
  return typeof name === "string" && name !== "" ? `${name}: ${message}` : message;
}

/** As it stands in code, in one line; control characters are escaped. */
const literal = (value: unknown): string =>
  inspect(value, { breakLength: Number.POSITIVE_INFINITY, compact: true, depth: 8 });

function kindOf(value: unknown): string {
  if (typeof value === "string") return `text of ${number(value.length)} characters`;
  if (Array.isArray(value)) return `${number(value.length)} items`;
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Map || value instanceof Set) return `${number(value.size)} items`;
  if (typeof value !== "object" || value === null) return typeof value;
  const keys = Object.keys(value).map(printable);
  const some = keys.slice(0, 4).join(", ");
  return `{ ${some}${keys.length > 4 ? `, … ${keys.length - 4} more` : ""} }`;
}
