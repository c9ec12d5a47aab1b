import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";
import { compress, encrypt, type Serializer, serializer } from "@waypost/core";
import { describe, expect, it } from "vitest";

const plain = serializer();
const LARGE = { log: Array.from({ length: 500 }, (_, i) => `entry ${i}`) };

const reread = async (writer: Serializer, reader: Serializer, value: unknown) => {
  const [type, bytes] = await writer.dumpsTyped(value);
  return [type, await reader.loadsTyped(type, bytes)];
};

describe("compress", () => {
  it.each(["zstd", "gzip"] as const)("stores a large value smaller with %s", async (algorithm) => {
    const serde = compress(plain, { algorithm });
    const [type, bytes] = await serde.dumpsTyped(LARGE);
    const [, original] = await plain.dumpsTyped(LARGE);
    expect(type).toBe(`json+${algorithm}`);
    expect(bytes.length).toBeLessThan(original.length / 2);
    expect(await serde.loadsTyped(type, bytes)).toEqual(LARGE);
  });

  it("uses zstd unless told otherwise", async () => {
    expect((await compress(plain).dumpsTyped(LARGE))[0]).toBe("json+zstd");
  });

  it("compresses bytes, and keeps their type", async () => {
    const serde = compress(plain);
    const [type, bytes] = await serde.dumpsTyped(new Uint8Array(5000));
    expect(type).toBe("bytes+zstd");
    const read = (await serde.loadsTyped(type, bytes)) as Uint8Array;
    expect(new Uint8Array(read)).toEqual(new Uint8Array(5000));
  });

  it("reads both algorithms and uncompressed values, whichever it writes", async () => {
    const writers = [plain, compress(plain), compress(plain, { algorithm: "gzip" })];
    for (const writer of writers) {
      for (const reader of writers.slice(1)) {
        const [, value] = await reread(writer, reader, LARGE);
        expect(value).toEqual(LARGE);
      }
    }
  });

  it("leaves values below the threshold as they are, and compresses those at it", async () => {
    const value = "x".repeat(98); // 100 bytes with its quotes
    for (const [threshold, type] of [[100, "json+zstd"] as const, [101, "json"] as const]) {
      const serde = compress(plain, { threshold });
      expect(await reread(serde, serde, value)).toEqual([type, value]);
    }
  });

  it("leaves values as they are that would not become smaller", async () => {
    const serde = compress(plain, { threshold: 0 });
    const random = Uint8Array.from(randomBytes(5000));
    expect(await serde.dumpsTyped(random)).toEqual(["bytes", random]);
    expect((await serde.dumpsTyped(1))[0]).toBe("json");
  });

  it.each(["zstd", "gzip"] as const)("refuses a %s bomb before it is unpacked", async (name) => {
    const make = name === "zstd" ? zlib.zstdCompressSync : zlib.gzipSync;
    const bomb = make(Buffer.alloc(8 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(10_000);
    const serde = compress(plain, { maxSize: 1024 * 1024 });
    await expect(serde.loadsTyped(`bytes+${name}`, bomb)).rejects.toThrow(
      'larger than 1048576 bytes uncompressed; raise "maxSize"',
    );
  });

  it("stores values larger than maxSize as they are, so that they read back", async () => {
    const serde = compress(plain, { maxSize: 2000 });
    expect(await reread(serde, serde, LARGE)).toEqual(["json", LARGE]);
  });

  it.each(["zstd", "gzip"] as const)("refuses damaged and truncated %s", async (algorithm) => {
    const serde = compress(plain, { algorithm });
    const [type, bytes] = await serde.dumpsTyped(LARGE);
    for (const bad of [
      bytes.subarray(0, bytes.length / 2),
      new Uint8Array(100),
      new Uint8Array(),
    ]) {
      await expect(serde.loadsTyped(type, bad)).rejects.toThrow(`not what ${algorithm} made`);
    }
  });

  it.each([
    [{ algorithm: "brotli" as "gzip" }, '"zstd" or "gzip"'],
    [{ threshold: -1 }, '"threshold"'],
    [{ threshold: 0.5 }, '"threshold"'],
    [{ maxSize: Number.NaN }, '"maxSize"'],
  ])("refuses the options %o", (options, message) => {
    expect(() => compress(plain, options)).toThrow(message);
  });

  it("refuses what is no serializer", () => {
    expect(() => compress(undefined as never)).toThrow("dumpsTyped and loadsTyped");
  });

  it("refuses to stand around encrypt, and says which way round", () => {
    const encrypted = encrypt(plain, { keys: [{ id: "1", key: new Uint8Array(32) }] });
    expect(() => compress(encrypted)).toThrow("encrypt(compress(serde), { keys })");
  });

  it("loads on a Node without zstd, which reads and writes gzip there", async () => {
    const [type, bytes] = await compress(plain).dumpsTyped(LARGE);
    const code = `import zlib from "node:zlib";
      delete zlib.zstdCompress;
      delete zlib.zstdDecompress;
      const { compress, serializer } = await import("@waypost/core");
      const plain = serializer();
      const told = [];
      try { compress(plain) } catch (error) { told.push(error.message) }
      const gzip = compress(plain, { algorithm: "gzip" });
      told.push((await gzip.dumpsTyped("x".repeat(5000)))[0]);
      const stored = Buffer.from("${Buffer.from(bytes).toString("base64")}", "base64");
      await gzip.loadsTyped("${type}", stored).catch((error) => told.push(error.message));
      console.log(JSON.stringify(told));`;
    const cwd = fileURLToPath(new URL("../../", import.meta.url));
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd });
    const missing = expect.stringMatching(/^zstd needs Node 22\.15 or newer/);
    expect(JSON.parse(String(output))).toEqual([missing, "json+gzip", missing]);
  });
});
