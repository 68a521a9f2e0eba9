import { describe, expect, it } from "vitest";

import { Cluster } from "./cluster.ts";
import type { NodeChange } from "./cluster.ts";

const bootstrap = [{ host: "kafka", port: 9092 }];
const address = { nodeId: 7, host: "b7", port: 9092 };

describe("Cluster", () => {
  it("knows where a node is once it was told, and where it moved", () => {
    const cluster = new Cluster({ bootstrap });
    cluster.learn(address);
    expect(cluster.endpointOf(7)).toEqual([{ host: "b7", port: 9092 }]);
    cluster.learn({ ...address, port: 9093 });
    expect(cluster.endpointOf(7)).toEqual([{ host: "b7", port: 9093 }]);
  });

  it("refuses a node that nobody told of, as something that passes", () => {
    const cluster = new Cluster({ bootstrap });
    expect(() => cluster.endpointOf(7)).toThrow(
      expect.objectContaining({ code: "UNKNOWN_NODE", retriable: true, nodeId: 7 }),
    );
  });

  it("tries the bootstrap endpoints first, and any broker behind them", () => {
    const cluster = new Cluster({ bootstrap });
    cluster.learn({ nodeId: 1, host: "kafka", port: 9092 });
    cluster.learn(address);
    expect(cluster.endpointOf("bootstrap")).toEqual([...bootstrap, { host: "b7", port: 9092 }]);
  });

  it("tells of what is new or has moved, and of nothing else", () => {
    const cluster = new Cluster({ bootstrap });
    const changes: NodeChange[] = [];
    cluster.changes.subscribe((change) => changes.push(change));
    cluster.learn(address);
    cluster.learn({ ...address });
    cluster.learn({ ...address, host: "moved" });
    expect(changes.map(({ endpoint }) => endpoint.host)).toEqual(["b7", "moved"]);
  });

  it.each([
    ["no node", { nodeId: -1 }],
    ["no host", { host: "" }],
    ["no port", { port: -1 }],
    ["port 0", { port: 0 }],
    ["an impossible port", { port: 65_536 }],
  ])("passes %s over", (_, what) => {
    const cluster = new Cluster({ bootstrap });
    cluster.learn({ ...address, ...what });
    expect(cluster.nodes.size).toBe(0);
  });

  it("remembers so many nodes and no more, and still sees those move", () => {
    const cluster = new Cluster({ bootstrap, maxNodes: 2 });
    for (const nodeId of [1, 2, 3]) cluster.learn({ ...address, nodeId });
    cluster.learn({ ...address, nodeId: 1, host: "moved" });
    expect([...cluster.nodes.keys()]).toEqual([1, 2]);
    expect(cluster.nodes.get(1)?.host).toBe("moved");
  });

  it("refuses options that make no sense", () => {
    expect(() => new Cluster({ bootstrap: [] })).toThrow(RangeError);
    expect(() => new Cluster({ bootstrap, maxNodes: 0 })).toThrow("maxNodes");
  });
});
