import { randomBytes } from "node:crypto";
import { compress, encrypt, type Serializer, serializer, type ValuePlace } from "@waypost/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { knownPieces, planPieces } from "../../src/checkpoints/piece-plan.ts";
import { type PieceForm, pieceFormOf } from "../../src/serializer/piece-form.ts";
import type { KnownValue } from "../../src/sharing/plan.ts";
import { edit, Stored, start, versions } from "./stored.ts";

const keys = [{ id: "one", key: randomBytes(32) }];
const FORMS: [string, () => Serializer][] = [
  ["encrypted", () => encrypt(serializer(), { keys })],
  ["compressed", () => compress(serializer())],
  ["compressed with gzip", () => compress(serializer(), { algorithm: "gzip" })],
  ["compressed and encrypted", () => encrypt(compress(serializer()), { keys })],
];

const placeOf = (version: string): ValuePlace => ({
  ...{ kind: "value", threadId: "1", checkpointNs: "", channel: "log", version },
});

const formOf = (serde: Serializer): PieceForm => {
  const form = pieceFormOf(serde);
  if (form === undefined) throw new Error("The serializer is not made of ours.");
  return form;
};

type Data = string | Uint8Array;
const bytesOf = (data: Data) => Buffer.from(data as Uint8Array);

/** Versions of one value, each stored by what it shares with the one before. */
class History {
  readonly stored = new Stored();
  readonly serde: Serializer;
  readonly form: PieceForm;
  readonly type: "json" | "bytes";
  known: KnownValue | undefined;
  #count = 0;

  constructor(serde: Serializer, type: "json" | "bytes" = "json") {
    this.serde = serde;
    this.form = formOf(serde);
    this.type = type;
  }

  /** @returns the plan, undefined where the version is to be stored in one */
  async add(data: Data) {
    const { type, known, form } = this;
    const version = String(this.#count++);
    const plan = known && (await planPieces(form, known, { type, data }, placeOf(version)));
    this.known = { version, type, data, segments: undefined };
    if (plan === undefined) return undefined;
    // Nobody else writes, so what is known is so.
    expect(this.stored.add(plan)).toBe(true);
    const { segments, pieces, tailCharacters } = plan;
    this.known = { ...this.known, segments, pieces, tail: tailCharacters };
    return { ...plan, version, bytes: bytesOf(this.stored.read(plan, false)) };
  }

  /** What another saver reads, and goes on with. */
  async reread({ bytes, version, segments }: NonNullable<Awaited<ReturnType<History["add"]>>>) {
    const unwrapped = await this.form.unwrap(this.form.typeOf(this.type), bytes, placeOf(version));
    return { version, ...knownPieces(unwrapped, segments) };
  }
}

const message = (n: number) =>
  JSON.stringify({ id: n, content: randomBytes(300).toString("base64") });
const grown = (count: number) => {
  const all = Array.from({ length: count }, (_, n) => message(n));
  return Array.from({ length: count }, (_, n) => `[${all.slice(0, n + 1).join(",")}]`);
};

describe.each(FORMS)("a value in pieces that are %s", (_, make) => {
  it.each(["json", "bytes"] as const)(
    "reads back as the value, whatever was edited, by whomever it is continued (%s)",
    async (type) => {
      let inPieces = 0;
      const property = fc.asyncProperty(
        start,
        fc.array(fc.tuple(edit, fc.boolean()), { minLength: 1, maxLength: 8 }),
        async (first, edits) => {
          const history = new History(make(), type);
          for (const [i, text] of versions(
            first,
            edits.map(([one]) => one),
          ).entries()) {
            const data = type === "json" ? text : new Uint8Array(Buffer.from(text));
            const plan = await history.add(data);
            if (plan === undefined) continue;
            inPieces += 1;
            const read = await history.reread(plan);
            expect(bytesOf(read.data)).toEqual(bytesOf(data));
            expect(read.pieces?.extents).toEqual(plan.pieces.extents);
            if (edits[i]?.[1]) history.known = read;
          }
        },
      );
      await fc.assert(property, { numRuns: 40 });
      expect(inPieces).toBeGreaterThan(40);
    },
  );

  it("is read by its serializer alone, which gets the bytes and their place", async () => {
    const history = new History(make());
    const [first = "", second = "", third = ""] = grown(8).slice(5);
    for (const text of [first, second, third]) {
      const plan = await history.add(text);
      if (plan === undefined) continue;
      const type = history.form.typeOf("json");
      const read = await history.serde.loadsTyped(type, plan.bytes, placeOf(plan.version));
      expect(read).toEqual(JSON.parse(text));
    }
  });

  it("that grows has one segment or two, and few pieces", async () => {
    const history = new History(make());
    let sent = 0;
    let most = 0;
    for (const text of grown(300)) {
      const plan = await history.add(text);
      sent += plan?.parts.reduce((sum, { bytes }) => sum + bytes.length, 0) ?? 0;
      most = Math.max(most, plan?.segments.length ?? 0);
    }
    expect(most).toBe(2);
    expect(history.known?.pieces?.extents.length).toBeLessThan(300 / 16 + 16);
    // Each byte is sent once, and once more when its piece is gathered.
    expect(sent).toBeLessThan(2.2 * bytesOf(history.known?.data ?? "").length);
  });

  it("that was cut and goes on takes no more than it needs", async () => {
    const history = new History(make());
    const long = grown(60);
    for (const text of long.slice(50)) await history.add(text);
    // Most of a large piece is not needed any more.
    const plan = await history.add(long[10] ?? "");
    expect(plan?.pieces.extents.map(({ piece }) => piece.plain)).toEqual([
      bytesOf(long[10] ?? "").length - '"}]'.length,
    ]);
  });

  it("goes on anew where the version before is stored otherwise", async () => {
    const history = new History(make());
    for (const text of grown(12).slice(8)) await history.add(text);
    const other = formOf(encrypt(serializer(), { keys: [{ id: "two", key: randomBytes(32) }] }));
    const { known } = history;
    if (known?.pieces === undefined) throw new Error("It is not in pieces.");
    const plan = await planPieces(other, known, known, placeOf("x"));
    expect(plan?.base.segments).toBeUndefined();
    expect(plan?.pieces.extents).toHaveLength(1);
  });
});
