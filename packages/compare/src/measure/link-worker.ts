/** A proxy that passes everything on after a delay. Sends its port to the parent. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

const { host, port, delayMs } = workerData as { host: string; port: number; delayMs: number };

/** All wait equally long, so they come due in the order in which they arrived. */
const waiting: { readonly due: number; readonly pass: () => void }[] = [];

/** Timers are exact to a millisecond at best, which is longer than the delay: so it looks again and again. */
function pass(): void {
  while (waiting[0] !== undefined && waiting[0].due <= performance.now()) waiting.shift()?.pass();
  if (waiting.length > 0) setImmediate(pass);
}

function later(action: () => void): void {
  waiting.push({ due: performance.now() + delayMs, pass: action });
  if (waiting.length === 1) setImmediate(pass);
}

function forward(from: Socket, to: Socket): void {
  from.setNoDelay(true);
  from.on("data", (chunk) => later(() => to.write(chunk)));
  from.on("end", () => later(() => to.end()));
  from.on("error", () => to.destroy());
}

const server = createServer((client) => {
  const upstream = connect(port, host);
  forward(client, upstream);
  forward(upstream, client);
});
server.listen(0, "127.0.0.1", () => {
  parentPort?.postMessage((server.address() as AddressInfo).port);
});
