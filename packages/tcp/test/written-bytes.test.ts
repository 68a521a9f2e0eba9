// A connection to a peer that does not read, over real sockets: what counts as written.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";

import { Connection } from "../src/connection.ts";

const chunk = Buffer.alloc(262_144);

async function withPeer(): Promise<readonly [Connection, Socket]> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, "connection");
  const peer = connect(port, "127.0.0.1");
  const [socket] = (await accepted) as [Socket];
  onTestFinished(() => {
    peer.destroy();
    server.close();
  });
  const end = { host: "127.0.0.1", port };
  return [new Connection(socket, { remote: end, local: end, listener: "t" }), peer];
}

it("leaves out what waits for a peer that does not read, and never goes back", async () => {
  const [connection, peer] = await withPeer();
  peer.pause();
  for (let n = 0; n < 64; n++) connection.stream.write(chunk);
  let before = -1;
  while (connection.bytesWritten !== before) {
    before = connection.bytesWritten;
    // oxlint-disable-next-line no-await-in-loop -- until the system takes no more
    await setTimeout(50);
  }
  expect(before).toBeLessThan(64 * chunk.length);
  connection.close("idle_timeout");
  expect(connection.bytesWritten).toBeGreaterThanOrEqual(before);
  await connection.closed;
  expect(connection.bytesWritten).toBeGreaterThanOrEqual(before);
  expect(connection.bytesWritten).toBeLessThan(64 * chunk.length);
});

it("is what the peer got, once it has read all", async () => {
  const [connection, peer] = await withPeer();
  let got = 0;
  peer.on("data", (bytes) => (got += bytes.length));
  for (let n = 0; n < 64; n++) connection.stream.write(chunk);
  connection.stream.end();
  await once(peer, "end");
  expect([got, connection.bytesWritten]).toEqual([64 * chunk.length, 64 * chunk.length]);
});
