import type { Connection } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";
import { describe, expect, it } from "vitest";

import { addressPerNode } from "./address-per-node.ts";
import { Slots } from "./slots.ts";

function build(what: Partial<Parameters<typeof addressPerNode>[0]> = {}) {
  const slots = new Slots({ count: 3 });
  return addressPerNode({ host: "127.0.0.1", base: "127.0.1.0", port: 9092, slots, ...what });
}

function clientAt(host: string, port = 9092): Connection {
  return memoryConnections({ server: { host, port } })[1];
}

describe("addressPerNode", () => {
  it("has an address for each slot, on one port", () => {
    expect(build().addresses.map(({ host, port }) => `${host}:${port}`)).toEqual([
      "127.0.1.1:9092",
      "127.0.1.2:9092",
      "127.0.1.3:9092",
    ]);
    expect(build({ base: "127.0.0.255" }).addresses[0]?.host).toBe("127.0.1.0");
  });

  it("takes a client to the node that it was sent to", () => {
    const advertiser = build();
    for (const nodeId of [0, 1, 1001]) {
      const { host, port } = advertiser.addressOf(nodeId, clientAt("127.0.0.1"));
      expect(advertiser.targetOf(clientAt(host, port))).toBe(nodeId);
    }
  });

  it("takes a client to any broker at the first address, and to none at a free one or elsewhere", () => {
    const advertiser = build();
    expect(advertiser.targetOf(clientAt("127.0.0.1"))).toBe("bootstrap");
    expect(advertiser.targetOf(clientAt("127.0.1.1"))).toBe(undefined);
    expect(advertiser.targetOf(clientAt("127.0.2.1"))).toBe(undefined);
    expect(advertiser.targetOf(clientAt("127.0.0.1", 80))).toBe(undefined);
  });

  it.each([
    [{ host: "localhost" }, 'host must be an IP address, got "localhost"'],
    [{ base: "::1" }, 'base must be an IPv4 address, got "::1"'],
    [{ base: "127.255.255.253" }, "base 127.255.255.253 leaves no room for 3 addresses in 127.0.0.0/8"],
    [{ host: "127.0.1.2" }, "host must not be the address of a slot, got 127.0.1.2"],
    [{ port: 0 }, "port must be a whole number from 1 to 65535, got 0"],
  ])("refuses %j", (what, message) => {
    expect(() => build(what)).toThrow(RangeError);
    expect(() => build(what)).toThrow(message);
  });
});
