import { describe, expect, it } from "vitest";

import { serverProperties } from "./settings.ts";
import type { NodeSettings } from "./settings.ts";

const at = (port: number) => ({ host: "127.0.0.1", port });

const node: NodeSettings = {
  nodeId: 2,
  dataFolder: "/data",
  listeners: [
    { name: "DIRECT", bind: at(1), securityProtocol: "PLAINTEXT" },
    { name: "PROXIED", bind: at(2), advertised: { host: "::1", port: 9 }, securityProtocol: "PLAINTEXT" },
  ],
  controller: { name: "CONTROLLER", bind: at(3), securityProtocol: "PLAINTEXT" },
};

function lines(brokers: number, overrides: Record<string, string> = {}): string[] {
  const controllers = Array.from({ length: brokers }, (_, index) => [index + 1, at(100 + index)] as const);
  return serverProperties(node, controllers, overrides).trimEnd().split("\n");
}

describe("serverProperties", () => {
  it("advertises a listener as itself unless told otherwise, and never the controller's", () => {
    expect(lines(1)).toContain(
      "listeners=DIRECT://127.0.0.1:1,PROXIED://127.0.0.1:2,CONTROLLER://127.0.0.1:3",
    );
    expect(lines(1)).toContain("advertised.listeners=DIRECT://127.0.0.1:1,PROXIED://[::1]:9");
  });

  it("names every controller of the cluster", () => {
    expect(lines(2)).toContain("controller.quorum.voters=1@127.0.0.1:100,2@127.0.0.1:101");
  });

  it.each([
    [1, 1],
    [2, 2],
    [3, 3],
    [5, 3],
  ])("of %s brokers keeps internal topics on %s", (brokers, replicas) => {
    expect(lines(brokers)).toContain(`offsets.topic.replication.factor=${replicas}`);
  });

  it("lets an override win", () => {
    expect(lines(1, { "num.io.threads": "9" })).toContain("num.io.threads=9");
    expect(lines(1, { "num.io.threads": "9" })).not.toContain("num.io.threads=4");
  });
});
