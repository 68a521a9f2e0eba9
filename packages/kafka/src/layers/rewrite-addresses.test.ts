import { Context, mapRequest, mapResponse, stack } from "@pagoda/core";
import { layerContract, mockService } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { Cluster } from "../cluster/cluster.ts";
import { NoSlotError } from "../cluster/slots.ts";
import { encodeResponseFrame } from "../protocol/frame/encode-frame.ts";
import {
  DescribeCluster,
  DescribeConfigs,
  DescribeGroups,
  DescribeQuorum,
  Fetch,
  FindCoordinator,
  Metadata,
  Produce,
  StreamsGroupHeartbeat,
  UpdateRaftVoter,
} from "../protocol/generated/index.ts";
import type { ApiDefinition } from "../protocol/api.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import { KafkaResponse, noResponse } from "../response.ts";
import { rewriteAddresses } from "./rewrite-addresses.ts";
import type { RewriteAddressesOptions } from "./rewrite-addresses.ts";

const advertise = (nodeId: number) => ({ host: "proxy", port: 20_000 + nodeId });

/** What a client gets for that body. */
async function through<Req, Res>(
  api: ApiDefinition<Req, Res>,
  version: number,
  body: Res,
  options: Partial<RewriteAddressesOptions> = {},
) {
  const cluster = new Cluster({ bootstrap: [{ host: "b", port: 1 }] });
  const inner = mockService<KafkaRequest, KafkaAnswer>();
  const outer = rewriteAddresses({ cluster, advertise, ...options })(inner.service);
  const request = KafkaRequest.of(api, { version, body: api.request.of() });
  const answer = outer.call(request, Context.background());
  const frame = encodeResponseFrame(api, version, { correlationId: 3 }, body);
  const before = KafkaResponse.read(frame, request);
  (await inner.call(0)).respond(before);
  return { before, after: (await answer) as KafkaResponse<Res>, cluster };
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

  it("keeps the address of a broker that a later list lacks", async () => {
    const cluster = new Cluster({ bootstrap: [{ host: "b", port: 1 }] });
    for (const ids of [[0, 7], [0]]) {
      const brokers = ids.map((nodeId) => ({ nodeId, host: `b${nodeId}`, port: 9092 }));
      await through(Metadata, 12, Metadata.response.of({ brokers }), { cluster });
    }
    expect(cluster.endpointOf(7)).toEqual([{ host: "b7", port: 9092 }]);
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

  it("hides controllers, and does not take them for brokers", async () => {
    const body = DescribeCluster.response.of({
      endpointType: 2,
      controllerId: 3,
      brokers: [{ brokerId: 3, host: "secret", port: 9093 }],
    });
    const { after, cluster } = await through(DescribeCluster, 2, body);
    expect(after.body).toEqual({ ...body, brokers: [], unknownTaggedFields: null });
    expect(cluster.nodes.size).toBe(0);
  });

  it("hides the listeners of the quorum's nodes, and leaves the nodes", async () => {
    const body = DescribeQuorum.response.of({
      nodes: [{ nodeId: 1, listeners: [{ name: "CONTROLLER", host: "secret", port: 9093 }] }, { nodeId: 2 }],
    });
    const { after, before } = await through(DescribeQuorum, 2, body);
    expect(after.body.nodes).toMatchObject([
      { nodeId: 1, listeners: [] },
      { nodeId: 2, listeners: [] },
    ]);
    expect({ ...after.body, nodes: [] }).toEqual({ ...(before.body as object), nodes: [] });
  });

  it("hides the address of a controller that stands alone", async () => {
    const currentLeader = { leaderId: 1, leaderEpoch: 2, host: "secret", port: 9093 };
    const { after } = await through(UpdateRaftVoter, 0, UpdateRaftVoter.response.of({ currentLeader }));
    expect(Buffer.from(after.toFrame(3)).includes("secret")).toBe(false);
  });

  it("hides the values of configurations that are addresses, as brokers hide passwords", async () => {
    const listeners = "PLAINTEXT://secret:9092";
    const other = { name: "log.dirs", value: "/data" };
    const body = DescribeConfigs.response.of({
      results: [
        {
          resourceType: 4,
          configs: [
            {
              name: "advertised.listeners",
              value: listeners,
              synonyms: [{ name: "listeners", value: listeners }],
            },
            other,
          ],
        },
      ],
    });
    const { after } = await through(DescribeConfigs, 4, body);
    expect(after.body.results[0]?.configs).toMatchObject([
      { name: "advertised.listeners", value: null, isSensitive: true, synonyms: [{ value: null }] },
      { ...other, isSensitive: false },
    ]);
    const plain = DescribeConfigs.response.of({ results: [{ configs: [other] }] });
    const untold = await through(DescribeConfigs, 4, plain);
    expect(untold.after).toBe(untold.before);
  });

  it("leaves alone what is no broker: applications' endpoints, and clients as the broker sees them", async () => {
    const endpoint = { host: "app", port: 8080 };
    const streams = StreamsGroupHeartbeat.response.of({
      partitionsByUserEndpoint: [{ userEndpoint: endpoint }],
    });
    const group = DescribeGroups.response.of({ groups: [{ members: [{ clientHost: "/10.0.0.9" }] }] });
    const first = await through(StreamsGroupHeartbeat, 0, streams);
    const second = await through(DescribeGroups, 5, group);
    expect(first.after).toBe(first.before);
    expect(second.after).toBe(second.before);
  });

  it("hands on a response with records that has no address as it came, whatever the records are", async () => {
    const fetched = Fetch.response.of({ responses: [{ partitions: [{ records: Buffer.alloc(99, 1) }] }] });
    const { before, after } = await through(Fetch, 17, fetched, { advertise: () => expect.unreachable() });
    expect(after).toBe(before);
    const produced = await through(Produce, 12, Produce.response.of({ throttleTimeMs: 1 }));
    expect(produced.after).toBe(produced.before);
  });

  it("blanks a host that belongs to no node, as nobody could be sent there", async () => {
    const body = Metadata.response.of({ brokers: [{ nodeId: -1, host: "secret", port: 9092 }] });
    const { after, cluster } = await through(Metadata, 12, body);
    expect(after.body.brokers).toMatchObject([{ nodeId: -1, host: "", port: -1 }]);
    expect(cluster.nodes.size).toBe(0);
  });

  it("asks for addresses in the order of the ids, each once", async () => {
    const ids = [1001, 7, 0, 7];
    const body = Metadata.response.of({ brokers: ids.map((nodeId) => ({ nodeId, host: "u", port: 1 })) });
    const asked: number[] = [];
    await through(Metadata, 12, body, { advertise: (id) => (asked.push(id), advertise(id)) });
    expect(asked).toEqual([0, 7, 1001]);
  });

  it("rewrites a body that a layer below has made", async () => {
    const endpoints = [{ nodeId: 4, host: "u", port: 9092 }];
    const request = KafkaRequest.of(Fetch, { version: 17, body: Fetch.request.of() });
    const made = KafkaResponse.of(request, Fetch.response.of({ nodeEndpoints: endpoints }));
    const cluster = new Cluster({ bootstrap: [{ host: "b", port: 1 }] });
    const outer = rewriteAddresses({ cluster, advertise })({ call: () => Promise.resolve(made) });
    const answer = (await outer.call(request, Context.background())) as KafkaResponse;
    expect(answer.body).toMatchObject({ nodeEndpoints: [{ nodeId: 4, host: "proxy", port: 20_004 }] });
  });

  it("rejects with what advertise throws, rather than let an address through", async () => {
    const body = Metadata.response.of({ brokers: [{ nodeId: 9, host: "u", port: 1 }] });
    const advertiseNone = (nodeId: number): never => {
      throw new NoSlotError(nodeId, [0, 1]);
    };
    await expect(through(Metadata, 12, body, { advertise: advertiseNone })).rejects.toMatchObject({
      code: "NO_SLOT",
      nodeId: 9,
    });
  });

  it("has nothing to do where there is no response, or the codec does not know it", async () => {
    const cluster = new Cluster({ bootstrap: [{ host: "b", port: 1 }] });
    const request = KafkaRequest.of(Produce, { version: 12, body: Produce.request.of({ acks: 0 }) });
    const outer = rewriteAddresses({ cluster, advertise })({ call: () => Promise.resolve(noResponse) });
    expect(await outer.call(request, Context.background())).toBe(noResponse);
  });

  it("refuses an advertise that is none", () => {
    const cluster = new Cluster({ bootstrap: [{ host: "b", port: 1 }] });
    const options = { cluster, advertise: "proxy:9092" } as unknown as RewriteAddressesOptions;
    expect(() => rewriteAddresses(options)).toThrow("advertise must be a function");
  });
});

/** The layer among texts: a text travels as the client id of a request, and as the cluster id of a response. */
layerContract("rewriteAddresses", () => (inner) => {
  const cluster = new Cluster({ bootstrap: [{ host: "b", port: 1 }] });
  const made = (clientId: string) =>
    KafkaRequest.of(Metadata, { version: 12, body: Metadata.request.of(), clientId });
  return stack<string, string>()
    .push(mapRequest(made))
    .push(
      mapResponse(
        (answer: KafkaAnswer) => ((answer as KafkaResponse).body as { clusterId: string }).clusterId,
      ),
    )
    .push(rewriteAddresses({ cluster, advertise }))
    .push(
      mapResponse((clusterId: string): KafkaAnswer => made("").respond(Metadata.response.of({ clusterId }))),
    )
    .push(mapRequest((request: KafkaRequest) => request.clientId ?? ""))
    .service(inner);
});
