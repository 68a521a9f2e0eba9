/** A broker that answers every request with the same bytes, in a process of its own. */

import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

import { exchangeOf } from "./kafka-messages.ts";

const answers = new Map([
  [12, exchangeOf("heartbeat").response],
  [0, exchangeOf("produce").response],
  [1, exchangeOf("fetch").response],
]);

const server = createServer({ noDelay: true }, (socket) => {
  let rest: Buffer = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const out: Buffer[] = [];
    let at = 0;
    while (bytes.length - at >= 12 && bytes.length - at >= 4 + bytes.readInt32BE(at)) {
      const answer = Buffer.from(answers.get(bytes.readInt16BE(at + 4)) ?? []);
      bytes.copy(answer, 4, at + 8, at + 12);
      out.push(answer);
      at += 4 + bytes.readInt32BE(at);
    }
    rest = bytes.subarray(at);
    if (out.length > 0) socket.write(Buffer.concat(out));
  });
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
