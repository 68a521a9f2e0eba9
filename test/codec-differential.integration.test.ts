import { apiOfKey, apis, decodeRequestBody, decodeResponseBody } from "@pagoda/kafka/protocol";
import type { AnyApi } from "@pagoda/kafka/protocol";
import { beforeAll, describe, expect, it } from "vitest";

import {
  recordsOf,
  requestDifferences,
  responseDifferences,
} from "../packages/kafka/test/frame-differences.ts";
import {
  compressionOf,
  isControl,
  isTransactional,
} from "../packages/kafka/src/protocol/records/attributes.ts";
import { decodeBatches } from "../packages/kafka/src/protocol/records/decode-batches.ts";
import type { CapturedConnection } from "./support/capture.ts";
import { captureClients, clients } from "./support/kafka-clients.ts";
import { exchangesOf, readFrames } from "./support/kafka-exchanges.ts";
import type { Exchange, ReadFrame } from "./support/kafka-exchanges.ts";
import { unknownVersion } from "./support/kafka-traffic/raw.ts";
import { describeWith } from "./support/needs.ts";
import { dissect } from "./support/tshark.ts";
import type { DissectedFrame } from "./support/tshark.ts";

/** What each client has to have sent, so that nothing here holds for want of frames. */
const least: Readonly<Record<(typeof clients)[number], string>> = {
  java:
    "ApiVersions Metadata Produce Fetch ListOffsets FindCoordinator JoinGroup SyncGroup LeaveGroup " +
    "OffsetCommit OffsetFetch OffsetDelete CreateTopics CreatePartitions DeleteTopics DeleteRecords DeleteGroups " +
    "InitProducerId EndTxn ConsumerGroupHeartbeat ConsumerGroupDescribe ShareGroupHeartbeat ShareFetch " +
    "ShareAcknowledge ShareGroupDescribe DescribeShareGroupOffsets DescribeConfigs IncrementalAlterConfigs " +
    "DescribeTopicPartitions DescribeCluster DescribeGroups ListGroups DescribeLogDirs DescribeProducers " +
    "DescribeQuorum DescribeTransactions ListTransactions ElectLeaders AlterPartitionReassignments " +
    "ListPartitionReassignments AlterClientQuotas DescribeClientQuotas AlterUserScramCredentials " +
    "DescribeUserScramCredentials CreateAcls DescribeAcls DeleteAcls",
  kcat:
    "ApiVersions Metadata Produce Fetch ListOffsets FindCoordinator JoinGroup SyncGroup LeaveGroup " +
    "OffsetCommit OffsetFetch InitProducerId AddPartitionsToTxn EndTxn",
  kafkajs:
    "ApiVersions Metadata Produce Fetch ListOffsets FindCoordinator JoinGroup SyncGroup LeaveGroup " +
    "OffsetCommit OffsetFetch CreateTopics DeleteTopics InitProducerId AddPartitionsToTxn AddOffsetsToTxn " +
    "TxnOffsetCommit EndTxn AlterConfigs DescribeConfigs CreateAcls DescribeAcls DeleteAcls",
  platformatic:
    "ApiVersions Metadata Produce Fetch ListOffsets FindCoordinator JoinGroup SyncGroup LeaveGroup OffsetCommit " +
    "OffsetFetch ConsumerGroupHeartbeat CreateTopics DeleteTopics InitProducerId AddPartitionsToTxn EndTxn",
  raw:
    "ApiVersions Metadata Fetch ListOffsets OffsetForLeaderEpoch FindCoordinator Heartbeat SyncGroup LeaveGroup " +
    "OffsetCommit OffsetFetch DescribeGroups ListGroups DescribeConfigs DescribeLogDirs DescribeCluster CreateTopics " +
    "DeleteRecords CreatePartitions",
};

/**
 * Messages that tshark 4.0 says it knows and yet misreads: of these frames only the header is
 * compared. Any other one that it knows, it has to read to the end, and as the codec does.
 */
const misread: ReadonlySet<string> = new Set([
  // Takes the length of the bytes field for two bytes; it is four.
  "JoinGroupRequest v5",
  "JoinGroupResponse v5",
  "SyncGroupRequest v3",
  "SyncGroupResponse v0",
  "SyncGroupResponse v1",
  "SyncGroupResponse v2",
  "SyncGroupResponse v3",
  "DescribeGroupsResponse v2",
  // Takes the throttle time for the number of topics.
  "DeleteTopicsResponse v1",
  // Takes the topic's name for partitions.
  "ElectLeadersRequest v2",
  // Ends where the first element begins.
  "DeleteAclsResponse v1",
  "AlterPartitionReassignmentsRequest v0",
  "ListPartitionReassignmentsRequest v0",
]);

describeWith(["kafka", "kcat", "tshark"], "the codec, against real clients and a real broker", () => {
  let connections: readonly CapturedConnection[];
  let exchanges: readonly Exchange[];
  beforeAll(async () => {
    connections = await captureClients();
    exchanges = exchangesOf(connections);
  });

  it.each(clients)("has heard %s use all the APIs that it can", (client) => {
    const heard = new Set(exchanges.filter((each) => each.client === client).map(nameOf));
    expect(least[client].split(" ").filter((name) => !heard.has(name))).toEqual([]);
  });

  it("has heard hundreds of exchanges, few without an answer", () => {
    expect(exchanges.length).toBeGreaterThan(500);
    const unanswered = exchanges.filter(({ response }) => response === null).map(nameOf);
    // With acks=0. A client that leaves may leave others behind.
    expect(unanswered.filter((name) => name === "Produce").length).toBeGreaterThanOrEqual(3);
    expect(unanswered.filter((name) => name !== "Produce").length).toBeLessThan(10);
  });

  it("writes every request and every response again, byte for byte, also by way of JSON", () => {
    const found = exchanges.flatMap(({ request, response }) =>
      request.api === null
        ? []
        : [
            ...requestDifferences(request),
            ...(response === null ? [] : responseDifferences(response, request.api)),
          ],
    );
    expect(found).toEqual([]);
  });

  it("has come by batches of every compression, transactions and their markers", () => {
    const kinds = new Set<string>();
    for (const { request, response } of exchanges) {
      const { api, apiVersion } = request;
      if (api === null) continue;
      const fields = recordsOf(api.request, apiVersion, decodeRequestBody(request));
      if (response !== null) {
        fields.push(...recordsOf(api.response, response.bodyVersion, decodeResponseBody(response, api)));
      }
      for (const batch of fields.flatMap((bytes) => [...decodeBatches(bytes)])) {
        kinds.add(`${api.name}: ${compressionOf(batch)}`);
        if (isTransactional(batch)) kinds.add(`${api.name}: transactional`);
        if (isControl(batch)) kinds.add(`${api.name}: control`);
      }
    }
    const compressions = ["none", "gzip", "snappy", "lz4", "zstd"];
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        ...["Produce", "Fetch"].flatMap((api) => compressions.map((name) => `${api}: ${name}`)),
        "Produce: transactional",
        "Fetch: control",
        "ShareFetch: none",
      ]),
    );
  });

  it("reads the answer to a version that the broker does not know: in version 0, what it offers", () => {
    const unknown = exchanges.filter(({ request }) => request.api === null);
    expect(unknown.map(({ request }) => request)).toMatchObject([
      { apiKey: 18, apiVersion: unknownVersion, correlationId: unknownVersion, clientId: "raw" },
    ]);
    const response = unknown[0]?.response ?? null;
    if (response === null) throw new Error("no answer");
    expect(response).toMatchObject({ bodyVersion: 0, correlationId: unknownVersion });
    expect(decodeResponseBody(response, apis.ApiVersions)).toMatchObject({
      errorCode: 35,
      apiKeys: [{ apiKey: 18, minVersion: 0 }],
    });
    expect(responseDifferences(response, apis.ApiVersions as unknown as AnyApi)).toEqual([]);
  });

  describe("beside tshark", () => {
    let ours: readonly ReadFrame[];
    let theirs: readonly DissectedFrame[];
    beforeAll(async () => {
      ours = readFrames(exchanges).toSorted(byPlace);
      theirs = (await dissect(connections)).toSorted(byPlace);
    });

    it("finds the same frames: size and correlation id", () => {
      const placeOf = ({ connection, from, length, correlationId }: ReadFrame | DissectedFrame) =>
        `${connection} ${from} ${length} ${correlationId}`;
      expect(ours.map(placeOf)).toEqual(theirs.map(placeOf));
    });

    it("agrees on api and version of every request, and of every response that tshark can place", () => {
      const placed = ours.filter((_, n) => theirs[n]?.api !== null);
      expect(placed.map(({ api }) => api)).toEqual(theirs.flatMap(({ api }) => api ?? []));
      expect(placed.filter(({ from }) => from === "client")).toHaveLength(exchanges.length);
      // It forgets a request in which it lost its way.
      expect(placed.filter(({ from }) => from === "server").length).toBeGreaterThan(400);
    });

    it("agrees on the topic names of every frame of a version that tshark knows and reads whole", () => {
      const compared: string[] = [];
      let names = 0;
      for (const [n, { message, api, topicNames }] of ours.entries()) {
        const title = `${message} v${api.version}`;
        const other = theirs[n];
        if (other?.isKnown !== true || misread.has(title)) continue;
        expect.soft([title, other.isWhole, other.topicNames]).toEqual([title, true, topicNames]);
        compared.push(message);
        names += topicNames.length;
      }
      expect(compared.length).toBeGreaterThan(400);
      expect(names).toBeGreaterThan(250);
    });
  });
});

function nameOf({ request }: Exchange): string {
  return apiOfKey(request.apiKey)?.name ?? "unknown";
}

/** Connection by connection, one direction after the other; within these as they came. */
function byPlace(a: ReadFrame | DissectedFrame, b: ReadFrame | DissectedFrame): number {
  return a.connection - b.connection || a.from.localeCompare(b.from);
}
