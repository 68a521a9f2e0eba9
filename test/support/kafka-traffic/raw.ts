import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";

import {
  apis,
  decodeResponseBody,
  encodeRequestFrame,
  FrameDecoder,
  readResponseFrame,
  Writer,
} from "@pagoda/kafka/protocol";
import type { AnyApi } from "@pagoda/kafka/protocol";

import type { Address } from "../../../scripts/kafka/ports.ts";

/** No version of any API, and the correlation id of the question asked in it. */
export const unknownVersion = 99;

type Fields = Readonly<Record<string, unknown>>;

/** Requests that read, in a form for each version. */
function requestsAbout(topic: string, topicId: string): Record<string, (version: number) => Fields> {
  const partition = {
    partitionIndex: 0,
    partition: 0,
    timestamp: -1n,
    fetchOffset: 0n,
    partitionMaxBytes: 65_536,
  };
  const groupId = `${topic}-raw`;
  const named = (version: number, lastWithNames: number): Fields =>
    version > lastWithNames ? { topicId } : { topic, name: topic };
  const indexes = { partitionIndexes: [0] };
  return {
    ApiVersions: (version) => (version < 3 ? {} : { clientSoftwareName: "raw", clientSoftwareVersion: "1" }),
    Metadata: () => ({ topics: [{ name: topic }] }),
    ListOffsets: () => ({ replicaId: -1, topics: [{ name: topic, partitions: [partition] }] }),
    Fetch: (version) => ({
      maxBytes: 65_536,
      topics: [{ ...named(version, 12), partitions: [partition] }],
    }),
    OffsetForLeaderEpoch: () => ({
      replicaId: -1,
      topics: [{ topic, partitions: [{ ...partition, leaderEpoch: 0 }] }],
    }),
    FindCoordinator: (version) => (version < 4 ? { key: groupId } : { coordinatorKeys: [groupId] }),
    // Nobody is a member of the group: each of these is refused.
    Heartbeat: () => ({ groupId, memberId: "nobody" }),
    SyncGroup: () => ({ groupId, memberId: "nobody" }),
    LeaveGroup: (version) =>
      version < 3 ? { groupId, memberId: "nobody" } : { groupId, members: [{ memberId: "nobody" }] },
    OffsetCommit: (version) => ({
      groupId,
      topics: [{ ...named(version, 9), partitions: [{ ...partition, committedOffset: 1n }] }],
    }),
    OffsetFetch: (version) =>
      version < 8
        ? { groupId, topics: [{ name: topic, ...indexes }] }
        : { groups: [{ groupId, topics: [{ ...named(version, 9), ...indexes }] }] },
    DescribeGroups: () => ({ groups: [groupId] }),
    ListGroups: () => ({}),
    DescribeConfigs: () => ({ resources: [{ resourceType: 2, resourceName: topic }] }),
    DescribeLogDirs: () => ({ topics: [{ topic, partitions: [0] }] }),
    DescribeCluster: () => ({}),
    CreateTopics: () => ({
      topics: [{ name: topic, numPartitions: 1, replicationFactor: 1 }],
      timeoutMs: 1_000,
    }),
    DeleteRecords: () => ({
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset: 0n }] }],
      timeoutMs: 1_000,
    }),
    CreatePartitions: () => ({ topics: [{ name: topic, count: 1 }], timeoutMs: 1_000, validateOnly: true }),
  };
}

/**
 * What other clients send in one version each, in every version that broker and codec have in common;
 * and a question in a version that no broker has.
 */
export async function rawTraffic(address: Address, topic: string): Promise<void> {
  const socket = connect(address);
  try {
    await once(socket, "connect");
    // An analyser matches responses by it: each its own.
    let correlationId = unknownVersion;
    const call = caller(socket);
    await call(apiVersionsOfTheFuture());
    const offered = (await ask(apis.ApiVersions, 3, {
      clientSoftwareName: "raw",
      clientSoftwareVersion: "1",
    })) as {
      readonly apiKeys: readonly { apiKey: number; minVersion: number; maxVersion: number }[];
    };
    const create = { topics: [{ name: topic, numPartitions: 1, replicationFactor: 1 }], timeoutMs: 10_000 };
    const created = (await ask(apis.CreateTopics, 7, create)) as { topics: readonly { topicId: string }[] };
    const requests = requestsAbout(topic, created.topics[0]?.topicId ?? "");
    for (const [name, fieldsOf] of Object.entries(requests)) {
      const api = apis[name as keyof typeof apis] as unknown as AnyApi;
      const range = offered.apiKeys.find(({ apiKey }) => apiKey === api.key);
      if (range === undefined) throw new Error(`the broker does not offer ${name}`);
      const last = Math.min(range.maxVersion, api.versions.max);
      for (let version = Math.max(range.minVersion, api.versions.min); version <= last; version++) {
        await ask(api, version, fieldsOf(version));
      }
    }

    async function ask(api: unknown, version: number, fields: Fields = {}): Promise<unknown> {
      const { request, response } = api as AnyApi;
      const header = { correlationId: ++correlationId, clientId: "raw" };
      const frame = encodeRequestFrame(api as AnyApi, version, header, request.of(fields as never));
      const answer = readResponseFrame(await call(frame), api as AnyApi, version);
      return decodeResponseBody(answer, { response });
    }
  } finally {
    socket.destroy();
  }
}

/** As a client of a newer Kafka begins: the broker answers in version 0 (KIP-511). */
function apiVersionsOfTheFuture(): Uint8Array {
  const { key, request } = apis.ApiVersions;
  const body = request.encode(request.of({ clientSoftwareName: "raw", clientSoftwareVersion: "1" }), 3);
  const writer = new Writer();
  writer.int32(2 + 2 + 4 + 2 + "raw".length + 1 + body.length);
  writer.int16(key);
  writer.int16(unknownVersion);
  writer.int32(unknownVersion);
  writer.nullableString("raw");
  writer.taggedFields(null);
  return Buffer.concat([writer.finish(), body]);
}

/** Sends a request and waits for the next frame. */
function caller(socket: Socket): (request: Uint8Array) => Promise<Uint8Array> {
  const decoder = new FrameDecoder();
  return async (request) => {
    socket.write(request);
    for (;;) {
      const [bytes] = (await once(socket, "data")) as [Buffer];
      const [frame] = decoder.push(bytes);
      if (frame !== undefined) return frame;
    }
  };
}
