import { Metadata } from "@pagoda/kafka/protocol";
import type { MetadataResponse } from "@pagoda/kafka/protocol";
import { formatEndpoint } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";

import { counted } from "../text.ts";
import { BrokerTalk, versionOf } from "./broker-talk.ts";
import type { Reach } from "./broker-talk.ts";
import { diagnose, mechanismsOf } from "./diagnose.ts";
import type { Report } from "./finding.ts";

/** Partitions that are named; of more there is the number. */
const maxNamed = 5;

/**
 * Logs in where that is asked for, and asks for the cluster: its brokers, topics and controller.
 * @returns undefined where that fails
 */
export async function checkCluster(
  endpoint: Endpoint,
  reach: Reach,
  report: Report,
): Promise<MetadataResponse | undefined> {
  const subject = formatEndpoint(endpoint);
  let talk: BrokerTalk;
  try {
    talk = await BrokerTalk.open(endpoint, reach);
  } catch (error) {
    report({ step: "login", status: "failed", subject, ...(await diagnose(error, endpoint, reach)) });
    return undefined;
  }
  await using own = talk;
  if (reach.login !== undefined) {
    report({ step: "login", status: "ok", subject, message: `accepted, by ${reach.login().name}` });
  }
  try {
    const version = versionOf(await own.apiVersions(), Metadata, 12) ?? 0;
    const body = Metadata.request.of({ topics: version === 0 ? [] : null, allowAutoTopicCreation: true });
    const metadata = await own.ask(Metadata, version, body);
    reportMetadata(metadata, subject, report);
    return metadata.brokers.length === 0 ? undefined : metadata;
  } catch (error) {
    // A broker that wants a login closes on anything else; so it does on other grounds.
    const mechanisms = reach.login === undefined ? await mechanismsOf(endpoint, reach) : undefined;
    if (mechanisms === undefined) {
      report({ step: "metadata", status: "failed", subject, ...(await diagnose(error, endpoint, reach)) });
    } else {
      const message = `it wants a login: it offers ${mechanisms.join(", ")}`;
      const advice = "add --sasl-mechanism, --sasl-username and --sasl-password-file";
      report({ step: "login", status: "failed", subject, message, advice });
    }
    return undefined;
  }
}

function reportMetadata(
  { clusterId, brokers, topics }: MetadataResponse,
  subject: string,
  report: Report,
): void {
  if (brokers.length === 0) {
    const advice = "look at the brokers' logs: they may still be starting";
    report({ step: "metadata", status: "failed", subject, message: "it tells of no brokers", advice });
    return;
  }
  const partitions = topics.reduce((sum, topic) => sum + topic.partitions.length, 0);
  const parts = [
    ...(clusterId === null ? [] : [`cluster ${clusterId}`]),
    counted(brokers.length, "broker"),
    counted(topics.length, "topic"),
    counted(partitions, "partition"),
  ];
  report({ step: "metadata", status: "ok", subject, message: parts.join(", ") });
}

/** Looks at what the cluster says of itself: leaders of all partitions, and the controller. */
export function checkLeaders({ topics, brokers, controllerId }: MetadataResponse, report: Report): void {
  const known = new Set(brokers.map(({ nodeId }) => nodeId));
  const partitions = topics.flatMap((topic) =>
    topic.partitions.map(({ partitionIndex, leaderId }) => ({
      name: `${topic.name ?? topic.topicId}/${partitionIndex}`,
      hasLeader: known.has(leaderId),
    })),
  );
  const without = partitions.filter(({ hasLeader }) => !hasLeader).map(({ name }) => name);
  const about = { step: "leaders", subject: "" } as const;
  if (without.length === 0) {
    const message =
      partitions.length === 0
        ? "no partitions yet"
        : `all ${counted(partitions.length, "partition")} have one`;
    report({ ...about, status: "ok", message });
  } else {
    const named = without.slice(0, maxNamed).join(", ");
    const more = without.length > maxNamed ? ` and ${without.length - maxNamed} more` : "";
    const message = `${counted(without.length, "partition")} without one that is up: ${named}${more}`;
    const advice = "start the brokers that hold them; clients wait, with LEADER_NOT_AVAILABLE";
    report({ ...about, status: "failed", message, advice });
  }
  if (controllerId >= 0)
    report({ step: "controller", status: "ok", subject: "", message: `broker ${controllerId}` });
  else {
    const advice = "topics cannot be made or changed until one is elected: look at the controllers' logs";
    report({ step: "controller", status: "note", subject: "", message: "none is known", advice });
  }
}
