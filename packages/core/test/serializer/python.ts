import { pack } from "../../../conformance/src/msgpack.ts";
import { decodePython } from "../../src/serializer/python/index.ts";

export const hex = (...parts: string[]) => Buffer.from(parts.join("").replaceAll(" ", ""), "hex");
/** Extension of less than 256 bytes: c7, the length, the code, the data. */
export const ext8 = (code: number, ...parts: string[]) => {
  const data = hex(...parts);
  return Buffer.concat([Buffer.from([0xc7, data.length, code]), data]);
};
export const read = (bytes: Uint8Array) => decodePython("msgpack", bytes);
export const reread = (value: unknown) => read(pack(value));
