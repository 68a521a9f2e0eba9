import { Context } from "@pagoda/core";
import { layerContract } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { overText } from "../test/over-text.ts";
import { AddressCount, limitPerAddress } from "./address-limit.ts";
import type { Connection } from "./connection.ts";
import { memoryConnections } from "./testing/index.ts";

function from(host: string): Connection {
  return memoryConnections({ client: { host, port: 50_000 } })[1];
}

function build(max: () => number) {
  const service = limitPerAddress<Connection, void>({ maxConnectionsPerAddress: max })({
    call: async (connection) => void (await connection.closed),
  });
  return (connection: Connection) => service.call(connection, Context.background());
}

describe("AddressCount", () => {
  it("remembers no address without a connection", () => {
    const count = new AddressCount();
    for (let n = 0; n < 1_000; n++) count.enter(`192.0.2.${n % 250}`);
    expect([count.size, count.of("192.0.2.1")]).toEqual([250, 4]);
    for (let n = 0; n < 1_000; n++) count.leave(`192.0.2.${n % 250}`);
    expect([count.size, count.of("192.0.2.1")]).toEqual([0, 0]);
  });
});

describe("limitPerAddress", () => {
  it("closes the one too many with `policy`, and takes one again later", async () => {
    const serve = build(() => 1);
    const [first, second, third, other] = ["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.9"].map(from);
    if (!first || !second || !third || !other) throw new Error("four connections");
    const served = [serve(first), serve(other)];
    await expect(serve(second)).rejects.toMatchObject({ code: "CONNECTION_LIMIT_PER_ADDRESS" });
    expect((await second.closed).cause).toBe("policy");
    first.close("peer_closed");
    await served[0];
    served.push(serve(third));
    expect(third.transport.destroyed).toBe(false);
    for (const each of [third, other]) each.close("drain");
    await Promise.all(served);
  });

  it("goes by the client that a PROXY header names, not by the balancer", async () => {
    const serve = build(() => 1);
    const connections = ["198.51.100.1", "198.51.100.2"].map((host) => {
      const connection = from("192.0.2.1");
      const source = { host, port: 1 };
      const addresses = { family: "inet", source, destination: source } as const;
      connection.cameThrough({ version: 1, command: "proxy", transport: "stream", addresses, tlvs: [] });
      return connection;
    });
    const served = connections.map(serve);
    for (const connection of connections) {
      expect(connection.transport.destroyed).toBe(false);
      connection.close("drain");
    }
    await Promise.all(served);
  });

  it("asks for the limit each time", async () => {
    let max = Infinity;
    const serve = build(() => max);
    const [first, second] = [from("192.0.2.1"), from("192.0.2.1")];
    const served = serve(first);
    max = 1;
    await expect(serve(second)).rejects.toMatchObject({ maxConnectionsPerAddress: 1 });
    first.close("drain");
    await served;
  });

  layerContract("limitPerAddress", () =>
    overText(limitPerAddress({ maxConnectionsPerAddress: () => Infinity })),
  );
});
