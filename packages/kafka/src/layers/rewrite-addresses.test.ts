import { Context } from "@pagoda/core";
import { mockService } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { Cluster } from "../cluster/cluster.ts";
import type { AnyApi } from "../protocol/lookup.ts";
import { DescribeCluster, FindCoordinator, Metadata } from "../protocol/generated/index.ts";
import { encodeResponseFrame } from "../protocol/frame/encode-frame.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import { KafkaResponse } from "../response.ts";
import { rewriteAddresses } from "./rewrite-addresses.ts";

const advertise = (nodeId: number) => ({ host: "proxy", port: 20_000 + nodeId });

/** What a client gets for that body. */
async function through(api: AnyApi, version: number, body: unknown) {
  const cluster = new Cluster({ bootstrap: [{ host: "b", port: 1 }] });
  const inner = mockService<KafkaRequest, KafkaAnswer>();
  const outer = rewriteAddresses({ cluster, advertise })(inner.service);
  const request = KafkaRequest.of(api, { version, body: api.request.of() });
  const answer = outer.call(request, Context.background());
  const frame = encodeResponseFrame(api, version, { correlationId: 3 }, body);
  const before = KafkaResponse.read(frame, request);
  (await inner.call(0)).respond(before);
  return { before, after: (await answer) as KafkaResponse, cluster };
}

describe("rewriteAddresses", () => {
  it("learns a node and advertises another address for it, its id staying", async () => {
    const body = Metadata.response.of({
      brokers: [
        { nodeId: 1001, host: "u", port: 9092, rack: "a" },
        { nodeId: 0, host: "v", port: 9093 },
      ],
      controllerId: 1001,
    });
    const { after, cluster } = await through(Metadata, 12, body);
    expect(after.body).toMatchObject({
      brokers: [
        { nodeId: 1001, host: "proxy", port: 21_001, rack: "a" },
        { nodeId: 0, host: "proxy", port: 20_000 },
      ],
      controllerId: 1001,
    });
    expect([...cluster.nodes]).toEqual([
      [1001, { host: "u", port: 9092 }],
      [0, { host: "v", port: 9093 }],
    ]);
  });

  it("leaves a coordinator that was not found alone, byte for byte", async () => {
    const error = { errorCode: 15, nodeId: -1, host: "", port: -1 };
    for (const [version, body] of [
      [3, FindCoordinator.response.of(error)],
      [4, FindCoordinator.response.of({ coordinators: [{ key: "g:t:0", ...error }] })],
    ] as const) {
      const { before, after } = await through(FindCoordinator, version, body);
      expect(after).toBe(before);
    }
  });

  it("rewrites the coordinators found beside one that was not", async () => {
    const body = FindCoordinator.response.of({
      coordinators: [
        { key: "a", nodeId: 7, host: "u", port: 9092 },
        { key: "b", errorCode: 15, nodeId: -1, port: -1 },
      ],
    });
    const { after } = await through(FindCoordinator, 6, body);
    expect(after.body).toMatchObject({
      coordinators: [
        { key: "a", nodeId: 7, host: "proxy", port: 20_007 },
        { key: "b", errorCode: 15, nodeId: -1, host: "", port: -1 },
      ],
    });
  });

  it("rewrites the brokers of DescribeCluster", async () => {
    const body = DescribeCluster.response.of({ brokers: [{ brokerId: 7, host: "u", port: 9092 }] });
    const { after } = await through(DescribeCluster, 2, body);
    expect(after.body).toMatchObject({ brokers: [{ brokerId: 7, host: "proxy", port: 20_007 }] });
  });
});
