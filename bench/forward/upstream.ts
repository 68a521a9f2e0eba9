/** The upstream of the forward benchmark, in a process of its own: echoes what it gets. */

import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

// What comes in goes back, until the client ends; `bulk` clients half-close and get the count.
const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  let mode: "undecided" | "echo" | "count" = "undecided";
  let received = 0;
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    if (mode === "undecided") mode = chunk[0] === 0x62 /* b: bulk */ ? "count" : "echo";
    if (mode === "echo") socket.write(chunk);
    else received += chunk.length;
  });
  socket.on("end", () => socket.end(mode === "count" ? String(received) : ""));
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
