import type { Connection } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";
import { tlvTypes } from "@pagoda/tcp";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { hostPerNode } from "./host-per-node.ts";

const options = { bootstrap: "kafka.example.com", pattern: "broker-{node}.kafka.example.com", port: 9092 };
const advertiser = hostPerNode(options);

/** A client that asked for that name. */
function clientOf(serverName: string | undefined): Connection {
  const [, client] = memoryConnections();
  client.secure(client.transport, {
    version: "TLSv1.3",
    cipher: "TLS_AES_128_GCM_SHA256",
    serverName,
    alpn: undefined,
    authorized: false,
    peerSubject: undefined,
  });
  return client;
}

describe("hostPerNode", () => {
  it("advertises a name for every node id, on one port", () => {
    expect(advertiser.addressOf(1001, clientOf(undefined))).toEqual({
      host: "broker-1001.kafka.example.com",
      port: 9092,
    });
  });

  it("takes a client to the node that it was sent to, whatever the id", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (nodeId) => {
        const { host } = advertiser.addressOf(nodeId, clientOf(undefined));
        expect(advertiser.targetOf(clientOf(host))).toBe(nodeId);
      }),
    );
  });

  it.each([
    ["kafka.example.com", "bootstrap"],
    ["KAFKA.example.com.", "bootstrap"],
    ["Broker-7.Kafka.Example.COM", 7],
    ["broker-0.kafka.example.com", 0],
    ["broker-007.kafka.example.com", undefined],
    ["broker-.kafka.example.com", undefined],
    ["broker-x.kafka.example.com", undefined],
    ["broker-2147483648.kafka.example.com", undefined],
    ["broker-7.example.com", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("takes %j to %j", (name, target) => {
    expect(advertiser.targetOf(clientOf(name))).toBe(target);
  });

  it("takes the name from a balancer that ends TLS", () => {
    const [, client] = memoryConnections();
    expect(advertiser.targetOf(client)).toBe(undefined);
    client.cameThrough({
      version: 2,
      command: "proxy",
      addresses: { family: "unspec" },
      transport: "stream",
      tlvs: [{ type: tlvTypes.authority, value: Buffer.from("broker-3.kafka.example.com") }],
    });
    expect(advertiser.targetOf(client)).toBe(3);
  });

  it.each([
    [{ pattern: "broker.kafka.example.com" }, "pattern must have {node} in it once"],
    [{ pattern: "{node}.{node}.example.com" }, "pattern must have {node} in it once"],
    [{ pattern: "broker-1{node}.example.com" }, "pattern must not have a digit beside {node}"],
    [{ pattern: "broker {node}.example.com" }, "pattern must be a host name"],
    [{ pattern: "-{node}-" }, "pattern must be a host name"],
    [{ pattern: "{node}" }, "pattern must be a host name"],
    [{ bootstrap: "" }, "bootstrap must be a host name"],
    [{ bootstrap: "10.0.0.1" }, "bootstrap must be a host name"],
    [{ bootstrap: "::1" }, "bootstrap must be a host name"],
    [{ bootstrap: "broker-1.kafka.example.com" }, "bootstrap must not be the name of a node"],
    [{ port: 65_536 }, "port must be a whole number from 1 to 65535"],
  ])("refuses %j", (what, message) => {
    expect(() => hostPerNode({ ...options, ...what })).toThrow(RangeError);
    expect(() => hostPerNode({ ...options, ...what })).toThrow(message);
  });
});
