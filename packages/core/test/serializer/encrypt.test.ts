import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { compress, encrypt, type Place, serializer } from "@waypost/core";
import { describe, expect, it } from "vitest";

const plain = serializer();
const key = (id: string) => ({ id, key: randomBytes(32) });
const FIRST = key("first");
const SECOND = key("second");
const SECRET = "the value nobody may see";

const VALUE: Place = {
  kind: "value",
  threadId: "thread",
  checkpointNs: "ns",
  channel: "log",
  version: "1.5",
};
const WRITE: Place = {
  kind: "write",
  threadId: "thread",
  checkpointNs: "ns",
  channel: "log",
  checkpointId: "checkpoint",
  taskId: "task",
  idx: 0,
};

const serde = encrypt(plain, { keys: [FIRST] });
const NOT_HERE = "does not belong here";

describe("encrypt", () => {
  it.each([VALUE, WRITE])("reads back what it wrote to a place ($kind)", async (place) => {
    const [type, bytes] = await serde.dumpsTyped({ SECRET }, place);
    expect(type).toBe("json+aes");
    expect(Buffer.from(bytes).includes(SECRET)).toBe(false);
    expect(await serde.loadsTyped(type, bytes, place)).toEqual({ SECRET });
  });

  it("reads back a value of no bytes", async () => {
    const [type, bytes] = await serde.dumpsTyped(new Uint8Array(), VALUE);
    expect(type).toBe("bytes+aes");
    expect(await serde.loadsTyped(type, bytes, VALUE)).toHaveLength(0);
  });

  it("lays the bytes out as docs/encryption.md says", async () => {
    const [, bytes] = await serde.dumpsTyped([1], VALUE);
    const found = Buffer.from(bytes);
    expect(found.subarray(0, 6)).toEqual(Buffer.from("WPST\x01\x05"));
    expect(found.toString("utf8", 6, 11)).toBe("first");
    expect(found.readUInt32BE(15)).toBe("[1]".length);
    expect(found.length).toBe(11 + 4 + 4 + 12 + "[1]".length + 16);
  });

  it("never encrypts to the same bytes twice", async () => {
    const [, first] = await serde.dumpsTyped(SECRET, VALUE);
    const [, second] = await serde.dumpsTyped(SECRET, VALUE);
    expect(second).not.toEqual(first);
  });

  it("compresses first where it stands around compress", async () => {
    const both = encrypt(compress(plain), { keys: [FIRST] });
    const value = "x".repeat(10_000);
    const [type, bytes] = await both.dumpsTyped(value, VALUE);
    expect(type).toBe("json+zstd+aes");
    expect(bytes.length).toBeLessThan(200);
    expect(await both.loadsTyped(type, bytes, VALUE)).toBe(value);
  });

  const MOVED: [string, Place][] = [
    ["thread", { ...VALUE, threadId: "other" }],
    ["namespace", { ...VALUE, checkpointNs: "" }],
    ["channel", { ...VALUE, channel: "other" }],
    ["version", { ...VALUE, version: "1.25" }],
    ["field", { ...VALUE, threadId: "threa", checkpointNs: "dns" }],
    ["kind", WRITE],
  ];
  it.each(MOVED)("does not open a value in another %s", async (_, place) => {
    const [type, bytes] = await serde.dumpsTyped(SECRET, VALUE);
    await expect(serde.loadsTyped(type, bytes, place)).rejects.toThrow(NOT_HERE);
  });

  const MOVED_WRITES: [string, Place][] = [
    ["checkpoint", { ...WRITE, checkpointId: "other" }],
    ["task", { ...WRITE, taskId: "other" }],
    ["index", { ...WRITE, idx: 1 }],
  ];
  it.each(MOVED_WRITES)("does not open a write in another %s", async (_, place) => {
    const [type, bytes] = await serde.dumpsTyped(SECRET, WRITE);
    await expect(serde.loadsTyped(type, bytes, place)).rejects.toThrow(NOT_HERE);
  });

  it("does not open a value under another type", async () => {
    const [, bytes] = await serde.dumpsTyped(SECRET, VALUE);
    await expect(serde.loadsTyped("bytes+aes", bytes, VALUE)).rejects.toThrow(NOT_HERE);
  });

  it("does not open a value of which any bit was changed, and always says so by itself", async () => {
    const [type, bytes] = await serde.dumpsTyped(SECRET, VALUE);
    for (let i = 0; i < bytes.length; i++) {
      const changed = Uint8Array.from(bytes);
      changed[i] = (changed[i] as number) ^ 1;
      const error = await serde.loadsTyped(type, changed, VALUE).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "WAYPOST_SERIALIZATION" });
    }
  });

  it("says of a value cut off anywhere that it is", async () => {
    const [type, bytes] = await serde.dumpsTyped(SECRET, VALUE);
    for (let length = 6; length < bytes.length; length++) {
      const cut = serde.loadsTyped(type, bytes.subarray(0, length), VALUE);
      await expect(cut).rejects.toThrow("cut off");
    }
  });

  it("encrypts with the first key and decrypts with all, so that keys can be rotated", async () => {
    const [type, old] = await serde.dumpsTyped(SECRET, VALUE);
    const rotated = encrypt(plain, { keys: [SECOND, FIRST] });
    expect(await rotated.loadsTyped(type, old, VALUE)).toBe(SECRET);
    const [, fresh] = await rotated.dumpsTyped(SECRET, VALUE);
    const after = encrypt(plain, { keys: [SECOND] });
    expect(await after.loadsTyped(type, fresh, VALUE)).toBe(SECRET);
    await expect(after.loadsTyped(type, old, VALUE)).rejects.toThrow(
      'with the key "first", which is not among "keys"',
    );
  });

  it("tells a wrong key of a known id from a moved value", async () => {
    const [type, bytes] = await serde.dumpsTyped(SECRET, VALUE);
    const wrong = encrypt(plain, { keys: [key("first")] });
    await expect(wrong.loadsTyped(type, bytes, VALUE)).rejects.toThrow(
      'another key that also has the id "first"',
    );
  });

  it("refuses what is not encrypted, unless told that it may be", async () => {
    const [type, bytes] = await plain.dumpsTyped(SECRET);
    for (const data of [bytes, Buffer.from(bytes).toString()]) {
      await expect(serde.loadsTyped(type, data, VALUE)).rejects.toThrow("allowPlaintext: true");
      const migrating = encrypt(plain, { keys: [FIRST], allowPlaintext: true });
      expect(await migrating.loadsTyped(type, data, VALUE)).toBe(SECRET);
      expect((await migrating.dumpsTyped(SECRET, VALUE))[0]).toBe("json+aes");
    }
  });

  it("does not take a value of Python's encrypted saver for its own", async () => {
    const eax = randomBytes(16 + 16 + 40); // nonce, tag, ciphertext
    await expect(serde.loadsTyped("msgpack+aes", eax, VALUE)).rejects.toThrow("Python");
  });

  it("refuses to work for a saver that does not tell it the place", async () => {
    await expect(serde.dumpsTyped(SECRET)).rejects.toThrow("saver of Waypost");
    const [type, bytes] = await serde.dumpsTyped(SECRET, VALUE);
    await expect(serde.loadsTyped(type, bytes)).rejects.toThrow("saver of Waypost");
  });

  it("goes on with the key it was given when the caller's bytes change", async () => {
    const given = key("own");
    const own = encrypt(plain, { keys: [given] });
    const [type, bytes] = await own.dumpsTyped(SECRET, VALUE);
    given.key.fill(0);
    expect(await own.loadsTyped(type, bytes, VALUE)).toBe(SECRET);
  });

  it("shows nothing of its keys when it is printed", () => {
    const shown = [inspect(serde, { depth: 9, showHidden: true }), JSON.stringify(serde)].join();
    for (const encoding of ["hex", "base64"] as const) {
      expect(shown).not.toContain(FIRST.key.toString(encoding).slice(0, 8));
    }
    expect(shown).not.toContain([...FIRST.key.subarray(0, 3)].join(", "));
  });

  it("refuses what is no serializer, and an allowPlaintext that only looks like false", () => {
    expect(() => encrypt({} as never, { keys: [FIRST] })).toThrow("dumpsTyped and loadsTyped");
    const options = { keys: [FIRST], allowPlaintext: "false" as never };
    expect(() => encrypt(plain, options)).toThrow('"allowPlaintext"');
  });

  it.each([
    [undefined, "at least one key"],
    [[], "at least one key"],
    [[null], "keys[0].id"],
    [[{ id: "", key: randomBytes(32) }], "keys[0].id"],
    [[{ id: "x".repeat(256), key: randomBytes(32) }], "keys[0].id"],
    [[{ id: "a", key: randomBytes(16) }], "keys[0].key"],
    [[FIRST, { id: "a", key: "x".repeat(32) }], "keys[1].key"],
    [[FIRST, { ...SECOND, id: "first" }], "same id"],
  ])("refuses the keys %#", (keys, message) => {
    expect(() => encrypt(plain, { keys: keys as never })).toThrow(message);
  });
});
