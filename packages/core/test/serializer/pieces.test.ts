import { randomBytes } from "node:crypto";
import zlib from "node:zlib";
import { compress, encrypt, type Serializer, serializer, type ValuePlace } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { type NewPiece, type PieceForm, pieceFormOf } from "../../src/serializer/piece-form.ts";

const key = (id: string) => ({ id, key: randomBytes(32) });
const [FIRST, SECOND] = [key("first"), key("second")];
const SECRET = "the value nobody may see";

const PLACE: ValuePlace = {
  ...{ kind: "value", threadId: "thread", checkpointNs: "ns", channel: "log", version: "1.5" },
};

const formOf = (serde: Serializer): PieceForm => {
  const form = pieceFormOf(serde);
  if (form === undefined) throw new Error("The serializer is not made of ours.");
  return form;
};

const plain = serializer();
const encrypted = encrypt(plain, { keys: [FIRST] });
const compressed = compress(plain);

const TEXTS = ['["first', ' piece","', `${SECRET}`, ' and the last"'];
const TAIL = "]";
const VALUE = ["first piece", `${SECRET} and the last`];

/** Stores a value in four pieces. */
async function stored(serde: Serializer, place = PLACE, texts = TEXTS) {
  const form = formOf(serde);
  const pieces = await form.wrapPieces(
    "json",
    texts.map((text) => Buffer.from(text)),
    100,
    place,
  );
  return { pieces, end: endOf(form, pieces, place), type: form.typeOf("json") };
}

const endOf = (form: PieceForm, pieces: readonly NewPiece[], place: ValuePlace, tail = TAIL) =>
  form.wrapEnd(
    "json",
    { ranges: [], tail: Buffer.from(tail), tags: pieces.map(({ tag }) => tag) },
    place,
  );

const join = (pieces: readonly NewPiece[], end: Buffer) =>
  Buffer.concat([...pieces.map(({ bytes }) => bytes), end]);

const NOT_HERE = "does not belong here";

describe("encrypted pieces", () => {
  it("read back, and hold nothing of the value in clear", async () => {
    const { pieces, end, type } = await stored(encrypted);
    const bytes = join(pieces, end);
    expect(type).toBe("json+aes");
    expect(await encrypted.loadsTyped(type, bytes, PLACE)).toEqual(VALUE);
    for (const text of [...TEXTS, SECRET.slice(0, 5)]) expect(bytes.includes(text)).toBe(false);
  });

  it("are laid out as docs/encryption.md says", async () => {
    const { pieces, end } = await stored(encrypted);
    for (const [i, { bytes, stored, plain }] of pieces.entries()) {
      const length = TEXTS[i]?.length ?? 0;
      expect([plain, stored, bytes.length]).toEqual([length, length + 34, length + 34]);
      expect([bytes[0], bytes.readUInt16BE(1)]).toEqual([2, length + 3]);
    }
    expect(end.subarray(0, 6)).toEqual(Buffer.from("WPST\x02\x05"));
    expect(end.length).toBe(42 + FIRST.id.length + 2 + TAIL.length);
  });

  it("never are the same bytes twice", async () => {
    const nonces = new Set<string>();
    for (let i = 0; i < 50; i++) {
      const { pieces } = await stored(encrypted);
      for (const { bytes } of pieces) nonces.add(bytes.toString("hex", 3, 15));
    }
    expect(nonces.size).toBe(200);
  });

  const CHANGES: [string, (pieces: NewPiece[], others: NewPiece[]) => NewPiece[]][] = [
    ["two are swapped", ([a, b, c, d]) => [a, c, b, d] as NewPiece[]],
    ["one is repeated", ([a, b, c, d]) => [a, b, b, c, d] as NewPiece[]],
    ["one is missing in between", ([a, , c, d]) => [a, c, d] as NewPiece[]],
    ["the first is missing", ([, ...rest]) => rest],
    ["the last is missing", (pieces) => pieces.slice(0, -1)],
    ["all are missing", () => []],
    ["one is added", (pieces, [other]) => [...pieces, other as NewPiece]],
    ["one is of another version", ([, ...rest], [other]) => [other as NewPiece, ...rest]],
    ["all are of another version", (_, others) => others],
  ];
  it.each(CHANGES)("are refused where %s", async (_, change) => {
    const { pieces, end, type } = await stored(encrypted);
    // Of the same channel, and even the same text: another put stored it.
    const others = await stored(encrypted, { ...PLACE, version: "2.5" });
    const bytes = join(change(pieces, others.pieces), end);
    await expect(encrypted.loadsTyped(type, bytes, PLACE)).rejects.toThrow(NOT_HERE);
  });

  const MOVED: [string, Partial<ValuePlace>][] = [
    ["thread", { threadId: "other" }],
    ["namespace", { checkpointNs: "" }],
    ["channel", { channel: "other" }],
    ["version", { version: "1.25" }],
    ["field", { threadId: "threa", checkpointNs: "dns" }],
  ];
  it.each(MOVED)("are refused in another %s", async (name, change) => {
    const { pieces, end, type } = await stored(encrypted);
    const place = { ...PLACE, ...change };
    const bytes = join(pieces, end);
    await expect(encrypted.loadsTyped(type, bytes, place)).rejects.toThrow(NOT_HERE);
    // With the end that a saver would write there, only the pieces are of another place. Versions share them.
    const moved = join(pieces, endOf(formOf(encrypted), pieces, place));
    const read = encrypted.loadsTyped(type, moved, place);
    if (name === "version") expect(await read).toEqual(VALUE);
    else await expect(read).rejects.toThrow(NOT_HERE);
  });

  it("are refused under another type", async () => {
    const { pieces, end } = await stored(encrypted);
    const read = encrypted.loadsTyped("bytes+aes", join(pieces, end), PLACE);
    await expect(read).rejects.toThrow(NOT_HERE);
  });

  it("are refused where any bit is changed, or they are cut off anywhere", async () => {
    const { pieces, end, type } = await stored(encrypted);
    const bytes = join(pieces, end);
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] as number) ^ 1;
      for (const bad of [changed, bytes.subarray(0, i)]) {
        const error = await encrypted.loadsTyped(type, bad, PLACE).catch((e: unknown) => e);
        expect(error).toMatchObject({ code: "WAYPOST_SERIALIZATION" });
        expect(String(error)).not.toMatch(/piece"|nobody/);
      }
    }
  });

  it("are no value in one, nor the end of another", async () => {
    const { pieces, end, type } = await stored(encrypted);
    const [, whole] = await encrypted.dumpsTyped(VALUE, PLACE);
    for (const bad of [join(pieces, Buffer.from(whole)), end]) {
      const error = await encrypted.loadsTyped(type, bad, PLACE).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "WAYPOST_SERIALIZATION" });
    }
  });

  it("are read by all keys, and named by the one that encrypted them", async () => {
    const { pieces, end, type } = await stored(encrypted);
    const bytes = join(pieces, end);
    const rotated = encrypt(plain, { keys: [SECOND, FIRST] });
    expect(await rotated.loadsTyped(type, bytes, PLACE)).toEqual(VALUE);
    const found = await formOf(rotated).unwrap(type, bytes, PLACE);
    expect(found.pieces?.form).toBe(formOf(encrypted).nameOf("json"));
    expect(found.pieces?.form).not.toBe(formOf(rotated).nameOf("json"));
    const later = encrypt(plain, { keys: [SECOND] });
    await expect(later.loadsTyped(type, bytes, PLACE)).rejects.toThrow('with the key "first"');
    const wrong = encrypt(plain, { keys: [key("first")] });
    await expect(wrong.loadsTyped(type, bytes, PLACE)).rejects.toThrow("another key that also has");
  });
});

describe("compressed pieces", () => {
  const repetitive = TEXTS.map((text) => text + "x".repeat(500));

  it("read back, as do those that are also encrypted, with and without compression now", async () => {
    const both = encrypt(compressed, { keys: [FIRST] });
    for (const serde of [compressed, both]) {
      const { pieces, end, type } = await stored(serde, PLACE, [
        "[",
        ...repetitive.map((one) => `${JSON.stringify(one)},`),
        "0",
      ]);
      expect(pieces.map(({ stored }) => stored).slice(1, -1)).not.toContain(500);
      const read = await serde.loadsTyped(type, join(pieces, end), PLACE);
      expect(read).toEqual([...repetitive, 0]);
    }
    const { pieces, end, type } = await stored(encrypted);
    expect(await both.loadsTyped(type, join(pieces, end), PLACE)).toEqual(VALUE);
    const found = await formOf(both).unwrap(type, join(pieces, end), PLACE);
    expect(found.data).toBe(TEXTS.join("") + TAIL);
  });

  it("are refused where they are cut off anywhere, or larger than they say", async () => {
    const { pieces, end, type } = await stored(compressed, PLACE, repetitive);
    const bytes = join(pieces, end);
    for (let length = 0; length < bytes.length; length++) {
      const error = await compressed
        .loadsTyped(type, bytes.subarray(0, length), PLACE)
        .catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "WAYPOST_SERIALIZATION" });
    }
    const bomb = zlib.zstdCompressSync(Buffer.alloc(2 ** 20));
    const header = Buffer.from([2, 0, 100, bomb.length >> 8, bomb.length & 255]);
    const read = compressed.loadsTyped(type, Buffer.concat([header, bomb, end]), PLACE);
    await expect(read).rejects.toThrow("not what zstd made");
  });

  it("are refused where they come to more than maxSize, and not made of a value that does", async () => {
    const { pieces, end, type } = await stored(compressed, PLACE, repetitive);
    const small = compress(plain, { maxSize: 1000 });
    const read = small.loadsTyped(type, join(pieces, end), PLACE);
    await expect(read).rejects.toThrow('larger than 1000 bytes uncompressed; raise "maxSize"');
    const texts = [Buffer.from("x".repeat(900))];
    const [packed] = await formOf(small).wrapPieces("json", texts, 1000, PLACE);
    expect(packed?.stored).toBeLessThan(100);
    const [raw] = await formOf(small).wrapPieces("json", texts, 1001, PLACE);
    expect(raw?.stored).toBe(903);
  });

  it("are refused where the ranges of the value lie outside of them", async () => {
    const form = formOf(compressed);
    const { pieces, type } = await stored(compressed);
    const length = TEXTS.join("").length;
    for (const range of [
      { from: 1, length },
      { from: length, length: 1 },
      { from: 2 ** 31, length: 2 ** 31 },
    ]) {
      const end = form.wrapEnd(
        "json",
        { ranges: [range], tail: Buffer.from(TAIL), tags: [] },
        PLACE,
      );
      await expect(compressed.loadsTyped(type, join(pieces, end), PLACE)).rejects.toThrow(
        "damaged",
      );
    }
  });
});

describe("the form of a serializer", () => {
  const other: Serializer = { dumpsTyped: plain.dumpsTyped, loadsTyped: plain.loadsTyped };

  it("is known of those that are made of ours only", () => {
    expect(pieceFormOf(plain)).toBeUndefined();
    for (const serde of [compressed, encrypted, encrypt(compressed, { keys: [FIRST] })]) {
      expect(pieceFormOf(serde)).toBeDefined();
    }
    for (const serde of [other, compress(other), encrypt(other, { keys: [FIRST] })]) {
      expect(pieceFormOf(serde)).toBeUndefined();
    }
    expect(pieceFormOf(encrypt(encrypted, { keys: [SECOND] }))).toBeUndefined();
  });

  it("need not be known to read: what is wrapped in another reads too", async () => {
    const { pieces, end, type } = await stored(encrypted);
    const around = encrypt(
      { dumpsTyped: plain.dumpsTyped, loadsTyped: (t, data) => plain.loadsTyped(t, data) },
      { keys: [FIRST] },
    );
    expect(await around.loadsTyped(type, join(pieces, end), PLACE)).toEqual(VALUE);
  });
});
