/** An extension of msgpack: a code and bytes. */
export class Ext {
  readonly code: number;
  readonly data: Uint8Array;

  constructor(code: number, data: Uint8Array) {
    this.code = code;
    this.data = data;
  }
}

/**
 * Writes msgpack as Python's ormsgpack does: each value in its shortest form, Maps and objects as
 * dicts. It stands in for Python, which a JavaScript test does not have.
 */
export function pack(value: unknown): Buffer {
  if (value === null) return bytes(0xc0);
  if (typeof value === "boolean") return bytes(value ? 0xc3 : 0xc2);
  if (typeof value === "number")
    return Number.isInteger(value) ? integer(BigInt(value)) : float(value);
  if (typeof value === "bigint") return integer(value);
  if (typeof value === "string") return text(value);
  if (value instanceof Ext) return extension(value);
  if (value instanceof Uint8Array) {
    return Buffer.concat([sized(value.length, [0xc4, 0xc5, 0xc6]), value]);
  }
  if (Array.isArray(value)) {
    return Buffer.concat([sized(value.length, [null, 0xdc, 0xdd], 0x90), ...value.map(pack)]);
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value as object);
  return Buffer.concat([
    sized(entries.length, [null, 0xde, 0xdf], 0x80),
    ...entries.flat().map(pack),
  ]);
}

const bytes = (...values: number[]) => Buffer.from(values);

/** `count` bytes of a number, big-endian. */
function big(value: bigint, count: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt.asUintN(64, value));
  return buffer.subarray(8 - count);
}

function integer(value: bigint): Buffer {
  if (value >= -32n && value < 128n) return big(value, 1);
  const widths = [1, 2, 4, 8];
  const fits = (width: number) =>
    value >= 0n ? value < 1n << BigInt(8 * width) : value >= -(1n << BigInt(8 * width - 1));
  const index = widths.findIndex(fits);
  const width = widths[index] ?? 8;
  return Buffer.concat([bytes((value >= 0n ? 0xcc : 0xd0) + index), big(value, width)]);
}

function float(value: number): Buffer {
  const buffer = Buffer.alloc(9, 0xcb);
  buffer.writeDoubleBE(value, 1);
  return buffer;
}

function text(value: string): Buffer {
  const utf8 = Buffer.from(value);
  const start =
    utf8.length < 32 ? bytes(0xa0 | utf8.length) : sized(utf8.length, [0xd9, 0xda, 0xdb]);
  return Buffer.concat([start, utf8]);
}

function extension({ code, data }: Ext): Buffer {
  const fixed = [1, 2, 4, 8, 16].indexOf(data.length);
  const start = fixed === -1 ? sized(data.length, [0xc7, 0xc8, 0xc9]) : bytes(0xd4 + fixed);
  return Buffer.concat([start, bytes(code), data]);
}

/** A length below 16 within the byte `short`, or after one of the heads for 1, 2 and 4 bytes. */
function sized(length: number, heads: readonly (number | null)[], short?: number): Buffer {
  if (short !== undefined && length < 16) return bytes(short | length);
  const index = [0x100, 0x10000, 0x100000000].findIndex(
    (limit, i) => length < limit && heads[i] !== null,
  );
  return Buffer.concat([bytes(heads[index] as number), big(BigInt(length), 2 ** index)]);
}

// Objects of Python as its serializer makes them (langgraph, checkpoint/serde/jsonplus.py).

/** An object made from one argument: sets, enums, UUIDs. */
export const one = (module: string, name: string, argument: unknown) =>
  new Ext(0, pack([module, name, argument]));
/** An object made from a list of arguments. */
export const positional = (module: string, name: string, args: unknown[]) =>
  new Ext(1, pack([module, name, args]));
/** An object made from named arguments: dataclasses. */
export const keywords = (module: string, name: string, args: object) =>
  new Ext(2, pack([module, name, args]));
/** What a method of a type makes from one argument: datetimes. */
export const method = (module: string, name: string, argument: unknown, called: string) =>
  new Ext(3, pack([module, name, argument, called]));
/** A model of pydantic 2: messages. */
export const pydantic = (module: string, name: string, fields: object) =>
  new Ext(5, pack([module, name, fields, "model_validate_json"]));
