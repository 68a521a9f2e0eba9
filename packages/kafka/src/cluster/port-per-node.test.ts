import type { Connection } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";
import { describe, expect, it } from "vitest";

import { portPerNode, portsFrom } from "./port-per-node.ts";
import { Slots } from "./slots.ts";

function clientAt(host: string, port: number): Connection {
  return memoryConnections({ server: { host, port } })[1];
}

const options = { bootstrapPort: 19_092, ports: [19_093, 19_094, 19_095] };

describe("portPerNode", () => {
  it("advertises the host that the client reached, and the port of the node's slot", () => {
    const advertiser = portPerNode(options);
    const client = clientAt("10.0.0.5", 19_092);
    expect(advertiser.addressOf(1, client)).toEqual({ host: "10.0.0.5", port: 19_094 });
    expect(advertiser.addressOf(1001, client)).toEqual({ host: "10.0.0.5", port: 19_095 });
    expect(advertiser.addressOf(1, clientAt("::1", 19_095))).toEqual({ host: "::1", port: 19_094 });
  });

  it("advertises the host given, to everybody", () => {
    const advertiser = portPerNode({ ...options, host: "kafka.local" });
    expect(advertiser.addressOf(0, clientAt("10.0.0.5", 1)).host).toBe("kafka.local");
  });

  it("advertises the host that a client behind a balancer reached", () => {
    const client = clientAt("10.0.0.5", 19_092);
    client.cameThrough({
      version: 2,
      command: "proxy",
      addresses: {
        family: "inet",
        source: { host: "192.0.2.9", port: 5 },
        destination: { host: "203.0.113.1", port: 9092 },
      },
      transport: "stream",
      tlvs: [],
    });
    expect(portPerNode(options).addressOf(0, client).host).toBe("203.0.113.1");
  });

  it("finds the node that has the port", () => {
    const advertiser = portPerNode({ ...options, slots: new Slots({ count: 3 }) });
    advertiser.addressOf(7, clientAt("h", 19_092));
    expect(advertiser.targetOf(clientAt("h", 19_092))).toBe("bootstrap");
    expect(advertiser.targetOf(clientAt("h", 19_095))).toBe(7);
    expect(advertiser.targetOf(clientAt("h", 19_093))).toBe(undefined);
    expect(advertiser.targetOf(clientAt("h", 80))).toBe(undefined);
  });

  it.each([
    [{ ports: [19_093, 19_093] }, "ports[1] must not be that of slot 0, 19093"],
    [{ ports: [19_092] }, "ports[0] must not be bootstrapPort, 19092"],
    [{ ports: [65_536] }, "ports[0] must be a whole number from 1 to 65535, got 65536"],
    [{ ports: [] }, "ports must have at least one port"],
    [{ bootstrapPort: 0 }, "bootstrapPort must be a whole number from 1 to 65535, got 0"],
    [{ slots: new Slots({ count: 2 }) }, "slots must be as many as ports, 3, got 2"],
    [{ host: "" }, "host must be a name or an address"],
  ])("refuses %j", (what, message) => {
    expect(() => portPerNode({ ...options, ...what })).toThrow(RangeError);
    expect(() => portPerNode({ ...options, ...what })).toThrow(message);
  });
});

describe("portsFrom", () => {
  it("counts up", () => {
    expect(portsFrom(65_533, 3)).toEqual([65_533, 65_534, 65_535]);
  });

  it("refuses to go beyond the last port", () => {
    expect(() => portsFrom(65_533, 4)).toThrow("4 ports from 65533 up end at 65536, above 65535: at most 3");
  });
});
