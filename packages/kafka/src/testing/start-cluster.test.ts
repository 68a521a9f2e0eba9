import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { expect, it } from "vitest";

import { ask } from "../../test/ask-cluster.ts";
import { Metadata } from "../protocol/generated/metadata.ts";
import { startCluster } from "./start-cluster.ts";

it("tells clients the ports that its brokers listen on, and gives them back", async () => {
  const cluster = await startCluster({ brokers: 2 });
  const { brokers } = await ask(cluster.model, Metadata, { topics: [] });
  expect(brokers.map(({ host, port }) => `${host}:${port}`).join(",")).toBe(cluster.bootstrap);
  const ports = cluster.brokers.map(({ port }) => port);
  await cluster.close();
  const again = await startCluster({ brokers: 2, ports });
  expect(again.brokers.map(({ port }) => port)).toEqual(ports);
  await again.close();
});

it("cuts the connections of a broker that stops, and listens on the same port when it starts", async () => {
  await using cluster = await startCluster({ brokers: 2 });
  const [broker] = cluster.brokers;
  if (broker === undefined) throw new Error("no broker");
  const { port } = broker;
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  await broker.stop();
  await once(socket, "close");
  expect(broker).toMatchObject({ isRunning: false, connections: 0 });
  expect(cluster.model.nodes.map(({ up }) => up)).toEqual([false, true]);
  await broker.start();
  expect(broker).toMatchObject({ isRunning: true, port });
  expect(cluster.model.nodes.map(({ up }) => up)).toEqual([true, true]);
});

it("closes at once a connection above its limit", async () => {
  await using cluster = await startCluster({ brokers: 1, maxConnections: 1 });
  const port = cluster.brokers[0]?.port ?? 0;
  const first = connect(port, "127.0.0.1");
  await once(first, "connect");
  const second = connect(port, "127.0.0.1");
  second.on("error", () => {}).resume();
  await once(second, "close");
  expect(first.destroyed).toBe(false);
  first.destroy();
});

it("listens on nothing when one of its ports cannot be had", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port: freed } = free.address() as AddressInfo;
  free.close();
  await once(free, "close");
  await expect(startCluster({ brokers: 2, ports: [freed, port] })).rejects.toMatchObject({
    code: "LISTEN_PORT_IN_USE",
  });
  taken.close();
  const again = await startCluster({ brokers: 1, ports: [freed] });
  await again.close();
});

it("refuses options that make no sense", async () => {
  const cases = [
    { brokers: 0 },
    { maxConnections: 0 },
    { maxFrameBytes: -1 },
    { maxLogBytesPerPartition: 1.5 },
    { topics: { "no name": {} } },
  ];
  for (const options of cases) await expect(startCluster(options)).rejects.toThrow(RangeError);
});
