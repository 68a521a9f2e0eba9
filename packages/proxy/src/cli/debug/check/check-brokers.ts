import { DescribeConfigs, ListOffsets, Metadata } from "@pagoda/kafka/protocol";
import type { ApiVersionsResponse, MetadataResponse } from "@pagoda/kafka/protocol";
import { formatEndpoint } from "@pagoda/tcp";

import { BrokerTalk, versionOf } from "./broker-talk.ts";
import type { Reach } from "./broker-talk.ts";
import { diagnose } from "./diagnose.ts";
import type { Finding, Report } from "./finding.ts";

type Broker = MetadataResponse["brokers"][number];

const maxConcurrent = 8;
const brokerResource = 4;
const invalidRequest = 42;
/** Asks for the record with the latest timestamp (KIP-734). */
const maxTimestamp = -3n;
const maxTimestampVersion = 7;
/** Partitions of each broker whose latest record is asked for. */
const maxPartitions = 50;
/** Clocks that differ by less are fine. */
const maxSkewMs = 5_000;

interface Looked {
  readonly finding: Finding;
  /** The latest timestamp of a record there; undefined where none is known. */
  readonly latestMs: number | undefined;
}

/**
 * Goes to every broker as clients are told to, and looks whether it answers there, as that broker of
 * that cluster. What is found of clocks: a record from the future.
 */
export async function checkBrokers(metadata: MetadataResponse, reach: Reach, report: Report): Promise<void> {
  const brokers = metadata.brokers.toSorted((a, b) => a.nodeId - b.nodeId);
  const looked: Looked[] = [];
  for (let at = 0; at < brokers.length; at += maxConcurrent) {
    const some = brokers.slice(at, at + maxConcurrent);
    // oxlint-disable-next-line no-await-in-loop -- so many at a time
    const found = await Promise.all(some.map((broker) => lookAt(broker, metadata, reach)));
    for (const { finding } of found) report(finding);
    looked.push(...found);
  }
  reportClock(
    looked.flatMap(({ latestMs }) => latestMs ?? []),
    report,
  );
}

async function lookAt(broker: Broker, metadata: MetadataResponse, reach: Reach): Promise<Looked> {
  const { nodeId, host, port } = broker;
  const about = { step: "broker", subject: `broker ${nodeId} at ${formatEndpoint(broker)}` } as const;
  try {
    await using talk = await BrokerTalk.open({ host, port }, reach);
    const versions = await talk.apiVersions();
    const fault = await strangerOf(talk, versions, nodeId, metadata.clusterId);
    if (fault !== undefined) {
      const advice = "its advertised listener, the DNS, or a proxy leads clients to the wrong place";
      return { finding: { ...about, status: "failed", message: fault, advice }, latestMs: undefined };
    }
    const latestMs = await latestOf(talk, versions, nodeId, metadata);
    const message = "answers, as that broker of that cluster";
    return { finding: { ...about, status: "ok", message, ms: talk.connectMs }, latestMs };
  } catch (error) {
    const { message, advice } = await diagnose(error, { host, port }, reach);
    const how = `${advice}; it is where the broker's advertised.listeners send clients, so correct that, or put pagoda run before the cluster`;
    return { finding: { ...about, status: "failed", message, advice: how }, latestMs: undefined };
  }
}

/** What shows that somebody else answers there. */
async function strangerOf(
  talk: BrokerTalk,
  versions: ApiVersionsResponse,
  nodeId: number,
  clusterId: string | null,
): Promise<string | undefined> {
  const version = versionOf(versions, Metadata, 12) ?? 0;
  const own = await talk.ask(
    Metadata,
    version,
    Metadata.request.of({ topics: [], allowAutoTopicCreation: true }),
  );
  if (clusterId !== null && own.clusterId !== null && own.clusterId !== clusterId) {
    return `another cluster answers there: ${own.clusterId}, not ${clusterId}`;
  }
  const configsVersion = versionOf(versions, DescribeConfigs, 4);
  if (configsVersion === undefined) return undefined;
  // A broker tells its own configuration only, and refuses another's id.
  const resources = [
    { resourceType: brokerResource, resourceName: String(nodeId), configurationKeys: ["broker.id"] },
  ];
  const { results } = await talk.ask(
    DescribeConfigs,
    configsVersion,
    DescribeConfigs.request.of({ resources }),
  );
  return results[0]?.errorCode === invalidRequest ? "another broker of the cluster answers there" : undefined;
}

async function latestOf(
  talk: BrokerTalk,
  versions: ApiVersionsResponse,
  nodeId: number,
  { topics }: MetadataResponse,
): Promise<number | undefined> {
  const version = versionOf(versions, ListOffsets, maxTimestampVersion);
  if (version !== maxTimestampVersion) return undefined;
  const led = topics.flatMap(({ name, partitions }) =>
    partitions
      .filter(({ leaderId }) => leaderId === nodeId && name !== null)
      .map(({ partitionIndex }) => ({ name: name ?? "", partitionIndex, timestamp: maxTimestamp })),
  );
  const asked = Object.groupBy(led.slice(0, maxPartitions), ({ name }) => name);
  const body = ListOffsets.request.of({
    replicaId: -1,
    topics: Object.entries(asked).map(([name, partitions = []]) => ({ name, partitions })),
  });
  const answer = await talk.ask(ListOffsets, version, body);
  const times = answer.topics.flatMap(({ partitions }) =>
    partitions.map(({ timestamp }) => Number(timestamp)),
  );
  const latestMs = Math.max(-1, ...times);
  return latestMs < 0 ? undefined : latestMs;
}

function reportClock(timesMs: readonly number[], report: Report): void {
  if (timesMs.length === 0) return;
  const aheadMs = Math.max(...timesMs) - Date.now();
  const about = { step: "clock", subject: "" } as const;
  if (aheadMs <= maxSkewMs) {
    report({ ...about, status: "ok", message: "no record is later than the clock of this machine" });
    return;
  }
  const message = `a record is ${Math.round(aheadMs / 1_000)} s later than the clock of this machine`;
  const advice = "the clock here is behind, or a producer's is ahead: look at NTP on both";
  report({ ...about, status: "note", message, advice });
}
