/** An upstream that answers each request of a client with a frame of its own size in MiB, in order. */

import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

const bytes = Number(process.argv[2]) * 1_048_576;
const chunk = Buffer.alloc(65_536, "f");

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => socket.destroy());
  let sending = Promise.resolve();
  let read = Buffer.alloc(0);
  socket.on("data", (data: Buffer) => {
    read = Buffer.concat([read, data]);
    while (read.length >= 4 && read.length >= 4 + read.readInt32BE(0)) {
      // Size, api key, version, correlation id.
      const correlationId = read.readInt32BE(8);
      read = read.subarray(4 + read.readInt32BE(0));
      // A client that leaves early has what it wants.
      sending = sending.then(() => answer(socket, correlationId)).catch(() => {});
    }
  });
});

async function answer(socket: Socket, correlationId: number): Promise<void> {
  const head = Buffer.alloc(8);
  head.writeInt32BE(bytes - 4);
  head.writeInt32BE(correlationId, 4);
  socket.write(head);
  for (let left = bytes - head.length; left > 0 && !socket.destroyed; left -= chunk.length) {
    if (!socket.write(chunk.subarray(0, Math.min(left, chunk.length)))) await drained(socket);
  }
}

async function drained(socket: Socket): Promise<void> {
  const gone = new AbortController();
  const close = (): void => gone.abort();
  socket.once("close", close);
  try {
    await once(socket, "drain", { signal: gone.signal });
  } finally {
    socket.off("close", close);
  }
}

server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
