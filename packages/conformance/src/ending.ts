import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

const TERMINATED = [
  ["S", "FATAL"],
  ["V", "FATAL"],
  ["C", "57P01"],
  ["M", "terminating connection due to administrator command"],
];

/** What a server says last to a client whose connection an administrator ends. */
function farewell(): Buffer {
  const fields = `${TERMINATED.map(([type, text]) => `${type}${text}\0`).join("")}\0`;
  const header = Buffer.from("E\0\0\0\0");
  header.writeInt32BE(Buffer.byteLength(fields) + 4, 1);
  return Buffer.concat([header, Buffer.from(fields)]);
}

/** Whether a chunk of the server ends with ReadyForQuery, outside of a transaction. */
const isReady = (chunk: Buffer): boolean =>
  chunk.length >= 6 && chunk.subarray(-6).equals(Buffer.from("Z\0\0\0\x05I"));

/**
 * Runs the work with the URL of a proxy to a server, which can end connections just as they become
 * ready: the driver gets both in one packet, as it may from a server that is restarted.
 *
 * @param work the second argument says how many connections that are opened next end like that
 */
export async function withEnding<T>(
  url: string,
  work: (url: string, endNext: (count: number) => void) => Promise<T>,
): Promise<T> {
  const target = new URL(url);
  let ending = 0;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(Number(target.port || 5432), target.hostname);
    for (const [socket, other] of [[client, server] as const, [server, client] as const]) {
      sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => other.destroy());
    }
    client.pipe(server);
    let fresh = true;
    server.on("data", (chunk) => {
      const ends = fresh && ending > 0 && isReady(chunk);
      if (isReady(chunk)) fresh = false;
      if (!ends) client.write(chunk);
      else {
        ending -= 1;
        client.end(Buffer.concat([chunk, farewell()]));
      }
    });
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const through = new URL(url);
  through.hostname = "127.0.0.1";
  through.port = String((proxy.address() as AddressInfo).port);
  try {
    return await work(through.href, (count) => {
      ending = count;
    });
  } finally {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  }
}
