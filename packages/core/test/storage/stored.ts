import fc from "fast-check";
import { expect } from "vitest";
import { Parts } from "../../src/checkpoints/parts.ts";
import type { IncrementalValue } from "../../src/sharing/plan.ts";
import { readSegments, STREAM_BYTES, segmentsText } from "../../src/sharing/segments.ts";

/** Bytes as the database would have them: parts by position, none of which touches another. */
export class Stored {
  readonly #parts = new Map<number, Buffer>();

  /** @returns false, as the statement does, where a stream does not end where it is to go on */
  add({ parts, ends }: IncrementalValue): boolean {
    for (const { start, stop } of ends) {
      const inStream = [...this.#parts].filter(
        ([position]) => position >= start && position < start + STREAM_BYTES,
      );
      const end = Math.max(start, ...inStream.map(([position, bytes]) => position + bytes.length));
      if (end !== stop) return false;
    }
    for (const { position, bytes } of parts) {
      expect(this.#parts.has(position)).toBe(false);
      this.#parts.set(position, Buffer.from(bytes));
    }
    return true;
  }

  /** What a version reads as; every part is read as text on its own where the value is text. */
  read({ segments, tail }: IncrementalValue, isText: boolean): string | Uint8Array {
    const rows = [...this.#parts].map(([position, bytes]) => ({
      kind: "part" as const,
      threadId: "1",
      from: position,
      to: position + bytes.length,
      data: isText ? new TextDecoder("utf-8", { fatal: true }).decode(bytes) : bytes,
    }));
    const stored = readSegments(segmentsText(segments));
    const data = isText ? tail.toString() : tail;
    return new Parts(rows).valueOf({ data, segments: stored }, "1");
  }
}

export const edit = fc.record({
  at: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
  out: fc.nat({ max: 900 }),
  text: fc.string({ unit: "binary", maxLength: 700 }),
});

export const start = fc.string({ unit: "binary", minLength: 1500, maxLength: 5000 });

export function versions(
  first: string,
  edits: readonly { at: number; out: number; text: string }[],
) {
  const all = [first];
  for (const { at, out, text } of edits) {
    // By characters, as half of one is no text.
    const characters = [...(all.at(-1) ?? "")];
    characters.splice(Math.floor(at * characters.length), out, ...text);
    all.push(characters.join(""));
  }
  return all.filter((text) => text.isWellFormed());
}
