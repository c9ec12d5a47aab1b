export const bufferOf = (data: string | Uint8Array): Buffer =>
  typeof data === "string"
    ? Buffer.from(data)
    : Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** A copy that no serializer of somebody else's can write over, nor hand out; of text none is needed. */
export const own = <Data extends string | Uint8Array>(data: Data): Data =>
  (typeof data === "string" ? data : Buffer.from(data)) as Data;
