import { encrypt, serializer } from "@waypost/core";

/** The serializer of an application that encrypts, as `--serde` loads it. */
export default encrypt(serializer(), { keys: [{ id: "test", key: new Uint8Array(32).fill(7) }] });
