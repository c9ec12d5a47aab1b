import type { Socket } from "node:net";

/** Ends a socket that is silent for so long, as if it had been lost. */
export function endSilent(socket: Socket, ms: number): Socket {
  const error = Object.assign(new Error("Nothing was heard any more."), { code: "ETIMEDOUT" });
  return socket.setTimeout(ms, () => socket.destroy(error));
}
