import { describe, expect, it } from "vitest";

import { apis, DescribeCluster, Fetch, FindCoordinator, fieldPositions, Metadata } from "../index.ts";
import { carriesAddresses, mapAddresses } from "./addresses.ts";
import { mapStructs } from "./map-structs.ts";

const elsewhere = () => ({ host: "proxy", port: 1 });

describe("mapAddresses", () => {
  it("finds the addresses of every response that a client learns brokers from", () => {
    const found = Object.values(apis)
      .filter(({ response, versions }) => carriesAddresses(response, versions.max))
      .map(({ name }) => name);
    expect(found).toEqual([
      "Produce",
      "Fetch",
      "Metadata",
      "FindCoordinator",
      "DescribeCluster",
      "ShareFetch",
      "ShareAcknowledge",
    ]);
  });

  it("tells node, host and port, and leaves the response as it was", () => {
    const before = Metadata.response.of({ brokers: [{ nodeId: 1, host: "a", port: 9092 }] });
    const seen: unknown[] = [];
    const after = mapAddresses(Metadata.response, 9, before, (address) => {
      seen.push(address);
      return elsewhere();
    });
    expect(seen).toEqual([{ nodeId: 1, host: "a", port: 9092 }]);
    expect(after.brokers).toEqual([{ ...before.brokers[0], host: "proxy", port: 1 }]);
    expect(before.brokers[0]?.host).toBe("a");
    expect(after.topics).toBe(before.topics);
  });

  it("knows the tagged endpoints, and the versions that lack them", () => {
    const before = Fetch.response.of({ nodeEndpoints: [{ nodeId: 1, host: "a", port: 9092 }] });
    expect(mapAddresses(Fetch.response, 16, before, elsewhere).nodeEndpoints[0]?.host).toBe("proxy");
    expect(mapAddresses(Fetch.response, 15, before, elsewhere)).toBe(before);
  });

  it("knows an address at the top and one named otherwise", () => {
    const coordinator = FindCoordinator.response.of({ nodeId: 1, host: "a", port: 9092 });
    expect(mapAddresses(FindCoordinator.response, 3, coordinator, elsewhere)).toMatchObject(elsewhere());
    const cluster = DescribeCluster.response.of({ brokers: [{ brokerId: 4, host: "a", port: 9092 }] });
    mapAddresses(DescribeCluster.response, 0, cluster, ({ nodeId, ...rest }) => {
      expect(nodeId).toBe(4);
      return rest;
    });
  });

  it("leaves an entry without an address alone, and returns the response itself then", () => {
    const before = FindCoordinator.response.of({
      coordinators: [{ errorCode: 15, nodeId: -1, host: "", port: -1 }],
    });
    expect(mapAddresses(FindCoordinator.response, 4, before, elsewhere)).toBe(before);
  });
});

describe("mapStructs", () => {
  it("goes through arrays in arrays and passes null over", () => {
    const before = Metadata.response.of({
      topics: [{ name: "a", partitions: [{ leaderId: 1 }] }, { name: null }],
    });
    const after = mapStructs(Metadata.response.schema, 12, before, "topicName", ({ struct }) => ({
      ...struct,
      name: "b",
    }));
    expect(after.topics.map(({ name }) => name)).toEqual(["b", "b"]);
    expect(after.topics[0]?.partitions).toBe(before.topics[0]?.partitions);
    const all = Metadata.request.of({ topics: null });
    expect(mapStructs(Metadata.request.schema, 12, all, "topicName", ({ struct }) => struct)).toBe(all);
  });
});

describe("fieldPositions", () => {
  it("says where and since when", () => {
    expect(fieldPositions.brokerHost).toContainEqual({
      message: "FetchResponse",
      apiKey: 1,
      path: "nodeEndpoints.host",
      versions: [16, 18],
    });
    expect(fieldPositions.topicName.map(({ message }) => message)).toContain("ConsumerProtocolSubscription");
  });
});
