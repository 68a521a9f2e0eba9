import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "vitest";

import { watchClients } from "./client-watch.ts";

const forbidden = { host: "kafka-1", port: 9_092 };
const asFields = Buffer.concat([Buffer.from("\0\u0007kafka-1"), Buffer.from([0, 0, 0x23, 0x84])]);
const asShortFields = Buffer.concat([Buffer.from("\u0008kafka-1"), Buffer.from([0x23, 0x84])]);

let server: Server;
let port: number;
let parts: readonly (string | Uint8Array)[];

beforeEach(async () => {
  server = createServer({ noDelay: true }, (socket) => void sendParts(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.close();
});

/** One by one: each is on its way before the next. */
async function sendParts(socket: Socket): Promise<void> {
  for (const part of parts) {
    socket.write(part);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  socket.end();
}

async function sightingsIn(sent: readonly (string | Uint8Array)[]) {
  parts = sent;
  await using watch = await watchClients({
    host: "127.0.77.1",
    ports: [port],
    servedBy: "127.0.0.1",
    forbidden: [forbidden],
  });
  const client = connect(port, "127.0.77.1");
  client.end("hello");
  const received = await text(client);
  expect(received).toBe(Buffer.concat(sent.map((part) => Buffer.from(part))).toString());
  return { sightings: watch.sightings, sentBytes: watch.sentBytes };
}

it("sees an address as a host and a port, and as text", async () => {
  const { sightings } = await sightingsIn([asFields, asShortFields, "PLAINTEXT://kafka-1:9092,"]);
  expect(sightings).toEqual([
    { address: "kafka-1:9092", as: "fields", port },
    { address: "kafka-1:9092", as: "fields", port },
    { address: "kafka-1:9092", as: "text", port },
  ]);
});

it("sees an address that comes in pieces, once", async () => {
  const bytes = [...Buffer.concat([asFields, asFields])].map((byte) => Uint8Array.of(byte));
  expect((await sightingsIn(bytes)).sightings).toHaveLength(2);
});

it("does not take another port, or another host, for it", async () => {
  const others = ["kafka-1:9093 kafka-2:9092 kafka-1 9092"];
  expect(await sightingsIn(others)).toEqual({ sightings: [], sentBytes: others.join("").length });
});
