import { Context } from "@pagoda/core";
import { mockService } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { apiVersionsRequest, produceRequest } from "../../test/support/wire.ts";
import type { ApiDefinition } from "../protocol/api.ts";
import {
  AddPartitionsToTxn,
  AddRaftVoter,
  ApiVersions,
  BrokerHeartbeat,
  Fetch,
  ListOffsets,
  OffsetForLeaderEpoch,
} from "../protocol/generated/index.ts";
import type { ApiVersionsResponse } from "../protocol/generated/index.ts";
import { FrameStream } from "../frame/frame-stream.ts";
import { apis } from "../protocol/generated/registry.ts";
import type { Partially } from "../protocol/schema/defaults.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import type { KafkaResponse } from "../response.ts";
import { brokerApis } from "./broker-apis.ts";
import { refuseBrokerApis } from "./refuse-broker-apis.ts";
import type { RefuseBrokerApisOptions } from "./refuse-broker-apis.ts";

const cx = Context.background();

function build(options: RefuseBrokerApisOptions = {}) {
  const inner = mockService<KafkaRequest, KafkaAnswer>();
  return { inner, outer: refuseBrokerApis(options)(inner.service) };
}

/** A request as it comes from a client. */
function sent<Req>(api: ApiDefinition<Req, unknown>, version: number, fields: Partially<Req>): KafkaRequest {
  const request = KafkaRequest.of(api, { version, body: api.request.of(fields) });
  return KafkaRequest.read(request.toFrame(7));
}

const fromReplica: readonly (readonly [string, KafkaRequest])[] = [
  ["Fetch, old", sent(Fetch, 12, { replicaId: 2 })],
  ["Fetch, new", sent(Fetch, 17, { replicaState: { replicaId: 0 } })],
  ["ListOffsets", sent(ListOffsets, 8, { replicaId: 1 })],
  ["OffsetForLeaderEpoch", sent(OffsetForLeaderEpoch, 4, { replicaId: 1 })],
];

describe("refuseBrokerApis", () => {
  it("refuses what brokers say to one another", async () => {
    const refused: number[] = [];
    const { inner, outer } = build({ onRefused: ({ apiKey }) => refused.push(apiKey) });
    await expect(outer.call(sent(BrokerHeartbeat, 0, {}), cx)).rejects.toMatchObject({
      error: "CLUSTER_AUTHORIZATION_FAILED",
      message: "BrokerHeartbeat v0 is for brokers only",
    });
    expect(inner.calls).toHaveLength(0);
    expect(refused).toEqual([BrokerHeartbeat.key]);
  });

  it("refuses the versions of AddPartitionsToTxn that are for brokers, and no others", async () => {
    const { inner, outer } = build();
    await expect(outer.call(sent(AddPartitionsToTxn, 4, {}), cx)).rejects.toThrow("for brokers only");
    void outer.call(sent(AddPartitionsToTxn, 3, {}), cx);
    expect(inner.calls).toHaveLength(1);
  });

  it("lets through what is allowed, and what clients say", () => {
    const { inner, outer } = build({ allow: ["AddRaftVoter"] });
    const requests = [sent(AddRaftVoter, 0, {}), KafkaRequest.read(produceRequest(1, 1))];
    for (const request of requests) void outer.call(request, cx);
    expect(inner.calls.map(({ request }) => request)).toEqual(requests);
  });

  it("hides from ApiVersions what it refuses", async () => {
    const { inner, outer } = build({ allow: ["AddRaftVoter"] });
    const answer = outer.call(KafkaRequest.read(apiVersionsRequest(7, 4)), cx);
    const call = await inner.call(0);
    const apiKeys = [
      { apiKey: 0, minVersion: 0, maxVersion: 99 },
      { apiKey: 1, minVersion: 4, maxVersion: 99 },
      { apiKey: 24, minVersion: 0, maxVersion: 5 },
      { apiKey: 63, minVersion: 0, maxVersion: 1 },
      { apiKey: 80, minVersion: 0, maxVersion: 1 },
      { apiKey: 10_001, minVersion: 0, maxVersion: 1 },
    ];
    call.respond(call.request.respond(ApiVersions.response.of({ apiKeys, finalizedFeaturesEpoch: 3n })));
    const { body } = (await answer) as KafkaResponse<ApiVersionsResponse>;
    expect(body.finalizedFeaturesEpoch).toBe(3n);
    expect(body.apiKeys.map(({ apiKey, maxVersion }) => [apiKey, maxVersion])).toEqual([
      [0, 99],
      [1, Fetch.versions.max],
      [24, 3],
      [80, 1],
      [10_001, 1],
    ]);
  });

  it.each(fromReplica)("refuses a replica's %s, unless it may", async (_, request) => {
    const { outer } = build();
    await expect(outer.call(request, cx)).rejects.toMatchObject({ error: "CLUSTER_AUTHORIZATION_FAILED" });
    const { inner, outer: open } = build({ allowReplicas: true });
    void open.call(request, cx);
    expect(inner.calls).toHaveLength(1);
  });

  it.each([
    ["lets a consumer's big Fetch pass", -1],
    ["refuses a replica's big Fetch", 2],
  ])("%s that is on its way still", async (_, replicaId) => {
    const { inner, outer } = build();
    const topics = [{ partitions: Array.from({ length: 3_000 }, (__, partition) => ({ partition })) }];
    const frame = sent(Fetch, 17, { replicaState: { replicaId }, topics }).toFrame();
    const stream = new FrameStream(frame.subarray(0, 1_000), frame.length, frame.length);
    const answer = outer.call(KafkaRequest.cut(stream), cx);
    const refused = replicaId < 0 ? undefined : expect(answer).rejects.toThrow("from replica 2");
    stream.push(frame.subarray(1_000));
    await refused;
    if (replicaId < 0)
      expect(Buffer.from((await inner.call(0)).request.toFrame())).toEqual(Buffer.from(frame));
    else expect(inner.calls).toHaveLength(0);
  });

  it("refuses a version that it cannot read where there may be a replica", async () => {
    const bytes = Buffer.from(sent(ListOffsets, 8, {}).toFrame());
    bytes.writeInt16BE(ListOffsets.versions.max + 1, 6);
    await expect(build().outer.call(KafkaRequest.read(bytes), cx)).rejects.toThrow("cannot be read");
  });
});

describe("the table of broker APIs", () => {
  it("says of every API whether it is for clients", () => {
    const forClients = `
      Produce Fetch ListOffsets Metadata OffsetCommit OffsetFetch FindCoordinator JoinGroup Heartbeat
      LeaveGroup SyncGroup DescribeGroups ListGroups SaslHandshake ApiVersions CreateTopics DeleteTopics
      DeleteRecords InitProducerId OffsetForLeaderEpoch AddOffsetsToTxn EndTxn WriteTxnMarkers
      TxnOffsetCommit DescribeAcls CreateAcls DeleteAcls DescribeConfigs AlterConfigs
      AlterReplicaLogDirs DescribeLogDirs SaslAuthenticate CreatePartitions CreateDelegationToken
      RenewDelegationToken ExpireDelegationToken DescribeDelegationToken DeleteGroups ElectLeaders
      IncrementalAlterConfigs AlterPartitionReassignments ListPartitionReassignments OffsetDelete
      DescribeClientQuotas AlterClientQuotas DescribeUserScramCredentials AlterUserScramCredentials
      DescribeQuorum UpdateFeatures DescribeCluster DescribeProducers UnregisterBroker
      DescribeTransactions ListTransactions ConsumerGroupHeartbeat ConsumerGroupDescribe
      GetTelemetrySubscriptions PushTelemetry ListConfigResources DescribeTopicPartitions
      ShareGroupHeartbeat ShareGroupDescribe ShareFetch ShareAcknowledge RemoveRaftVoter
      StreamsGroupHeartbeat StreamsGroupDescribe DescribeShareGroupOffsets AlterShareGroupOffsets
      DeleteShareGroupOffsets`;
    const clients = forClients.trim().split(/\s+/);
    expect([...clients, ...Object.keys(brokerApis)].toSorted()).toEqual(Object.keys(apis).toSorted());
  });
});
