/** An upstream that answers each request of a client with a frame of its own size in MiB. */

import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

const bytes = Number(process.argv[2]) * 1_048_576;
const chunk = Buffer.alloc(65_536, "f");

// A request is in one piece here: size, api key, version, correlation id.
const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => socket.destroy());
  socket.on("data", (request: Buffer) => {
    const head = Buffer.alloc(8);
    head.writeInt32BE(bytes - 4);
    request.copy(head, 4, 8, 12);
    socket.write(head);
    send(socket, bytes - head.length);
  });
});

function send(socket: Socket, bytesLeft: number): void {
  let left = bytesLeft;
  while (left > 0 && !socket.destroyed) {
    const piece = chunk.subarray(0, Math.min(left, chunk.length));
    left -= piece.length;
    if (!socket.write(piece)) {
      socket.once("drain", () => send(socket, left));
      return;
    }
  }
}

server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
