import type { Sample } from "./sample.ts";

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 37) % 256);
const sixteen = bytes(16);
const view = <View>(View: new (buffer: ArrayBuffer) => View) => new View(bytes(16).buffer);

export const BINARY: readonly Sample[] = [
  { kind: "Uint8Array", value: sixteen },
  { kind: "Buffer", value: Buffer.from(sixteen), readsAs: sixteen },
  { kind: "Uint8ClampedArray", value: view(Uint8ClampedArray) },
  { kind: "Int8Array", value: view(Int8Array) },
  { kind: "Int16Array", value: view(Int16Array) },
  { kind: "Uint16Array", value: view(Uint16Array) },
  { kind: "Int32Array", value: view(Int32Array) },
  { kind: "Uint32Array", value: view(Uint32Array) },
  { kind: "Float32Array", value: new Float32Array([1.5, -0, Number.NaN]) },
  { kind: "Float64Array", value: new Float64Array([1.5, -0, Number.NaN]) },
  { kind: "BigInt64Array", value: view(BigInt64Array) },
  { kind: "BigUint64Array", value: view(BigUint64Array) },
  { kind: "ArrayBuffer", value: bytes(3).buffer },
  { kind: "DataView", value: view(DataView) },
];
