import { formatEndpoint } from "@pagoda/tcp";

import type { AdvertisedNode, AdvertisedReport } from "./check-advertised.ts";
import type { ProbeFailure } from "./probe.ts";

const fine = "√";
const note = "!";
const bad = "×";

/**
 * The report as lines for a person to read: `√` for what works, `!` for what should be known, `×` for
 * what clients will fail on, with what to do.
 *
 * ```
 * √ 127.0.0.1:19092 answers: 58 APIs, cluster 4L6g3nShT-eMCtK--X86sw
 * √ broker 1 at 127.0.0.1:19094
 * × broker 2 at broker-2.example.com:9092: its name does not resolve here - clients need …
 * ```
 */
export function formatAdvertised(report: AdvertisedReport): string[] {
  return [bootstrapLine(report), ...report.nodes.map((node) => nodeLine(node, report)), ...leakLines(report)];
}

function bootstrapLine({ bootstrap, probed, nodes }: AdvertisedReport): string {
  const where = formatEndpoint(bootstrap);
  if (probed.result === "failed") return `${bad} ${where}: ${probed.message} - ${advice(probed.reason)}`;
  if (probed.result === "login") {
    const how = probed.mechanisms.join(", ");
    return `${note} ${where} answers, and wants a login (${how}): brokers are learnt from the first client`;
  }
  const cluster = probed.clusterId === null ? "" : `, cluster ${probed.clusterId}`;
  return `${fine} ${where} answers: ${count(probed.apis, "API")}${cluster}, ${count(nodes.length, "broker")}`;
}

function nodeLine({ nodeId, endpoint, probed, isOtherCluster }: AdvertisedNode, report: AdvertisedReport) {
  const who = `broker ${nodeId} at ${formatEndpoint(endpoint)}`;
  if (probed.result === "failed") return `${bad} ${who}: ${probed.message} - ${advice(probed.reason)}`;
  if (isOtherCluster && probed.result === "kafka" && report.probed.result === "kafka") {
    return `${bad} ${who} is of another cluster: ${probed.clusterId}, not ${report.probed.clusterId} - does another proxy listen there?`;
  }
  return `${fine} ${who}`;
}

function leakLines({ leaks }: AdvertisedReport): string[] {
  return leaks.map(({ api, apiKey, endpoint, nodeId, where }) => {
    const name = api ?? `API ${apiKey}`;
    const whose = nodeId === "bootstrap" ? "the cluster" : `broker ${nodeId}`;
    return where === "address"
      ? `${bad} ${name} sends clients to ${formatEndpoint(endpoint)}, past the proxy: ${whose} is not rewritten`
      : `${note} ${name} has the text ${formatEndpoint(endpoint)}, where ${whose} is`;
  });
}

/** What whoever runs the proxy can do about it. */
function advice(reason: ProbeFailure): string {
  return advices[reason];
}

const advices: Readonly<Record<ProbeFailure, string>> = {
  auth: "clients need to log in",
  closed: "look at the proxy's log for why its upstream cannot be reached",
  dns: "clients need a name that resolves: advertise another, or add it to the DNS",
  not_kafka: "advertise the address where the proxy listens",
  other: "clients cannot connect to it either",
  refused: "does the proxy listen on the port that it advertises, and is it published?",
  timeout: "look at routes and firewalls between here and there",
  tls: "clients need the authority, and a name that is in the certificate",
};

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
