import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { Context, TimeoutError } from "@pagoda/core";
import { connect, formatEndpoint } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";

import { counted } from "../text.ts";
import { BrokerTalk } from "./broker-talk.ts";
import type { Reach } from "./broker-talk.ts";
import { diagnose } from "./diagnose.ts";
import type { Report } from "./finding.ts";
import { inspectTls } from "./inspect-tls.ts";
import type { ShownTls } from "./inspect-tls.ts";
import { whichKafka } from "./which-kafka.ts";

const dayMs = 86_400_000;
const soonMs = 14 * dayMs;

/**
 * Looks at one bootstrap address, without logging in: its name, TCP, TLS, and whether Kafka answers.
 * Every step needs the one before it.
 * @returns whether Kafka answers
 */
export async function checkBootstrap(endpoint: Endpoint, reach: Reach, report: Report): Promise<boolean> {
  const subject = formatEndpoint(endpoint);
  if (!(await resolves(endpoint.host, reach, report))) return false;
  const startedMs = performance.now();
  try {
    const connection = await connect({ ...endpoint, timeoutMs: reach.timeoutMs }, Context.background());
    const ms = Math.round(performance.now() - startedMs);
    connection.close("peer_closed");
    report({ step: "tcp", status: "ok", subject, message: "it takes connections", ms });
  } catch (error) {
    report({ step: "tcp", status: "failed", subject, ...(await diagnose(error, endpoint, reach)) });
    return false;
  }
  const step = reach.tls === undefined ? "kafka" : "tls";
  try {
    await using talk = await BrokerTalk.open(endpoint, { ...reach, login: undefined });
    // On a connection of its own, which looks at all of it.
    const shown = reach.tls && (await inspectTls(endpoint, reach));
    if (shown !== undefined) reportTls(subject, shown, report);
    return await answersApiVersions(talk, endpoint, reach, report);
  } catch (error) {
    const { message, advice } = await diagnose(error, endpoint, reach);
    const shown = reach.tls && (await inspectTls(endpoint, reach));
    const detail =
      shown === undefined ? "" : `; it shows ${described(shown)}, for ${shown.names || "no name"}`;
    report({ step, status: "failed", subject, message: `${message}${detail}`, advice });
    return false;
  }
}

async function answersApiVersions(
  talk: BrokerTalk,
  endpoint: Endpoint,
  reach: Reach,
  report: Report,
): Promise<boolean> {
  const about = { step: "kafka", subject: formatEndpoint(endpoint) } as const;
  try {
    const versions = await talk.apiVersions();
    const message = `${whichKafka(versions)}, ${counted(versions.apiKeys.length, "API")}`;
    report({ ...about, status: "ok", message });
    return true;
  } catch (error) {
    report({ ...about, status: "failed", ...(await diagnose(error, endpoint, reach)) });
    return false;
  }
}

async function resolves(host: string, { timeoutMs }: Reach, report: Report): Promise<boolean> {
  if (host === "" || isIP(host) !== 0) return true;
  const about = { step: "dns", subject: host } as const;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(timeoutMs)), timeoutMs);
  });
  try {
    const addresses = await Promise.race([lookup(host, { all: true }), late]);
    const found = [...new Set(addresses.map(({ address }) => address))].join(", ");
    report({ ...about, status: "ok", message: found });
    return true;
  } catch (error) {
    const message =
      error instanceof TimeoutError
        ? `no answer from the resolver within ${timeoutMs} ms`
        : "the name does not resolve here";
    const advice = "check its spelling; a name of a container or a cluster is known only within it";
    report({ ...about, status: "failed", message, advice });
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function reportTls(subject: string, shown: ShownTls, report: Report): void {
  const about = { step: "tls", subject, message: `${shown.version}, ${described(shown)}` } as const;
  const leftMs = shown.notAfter.getTime() - Date.now();
  if (leftMs > soonMs) report({ ...about, status: "ok" });
  else
    report({
      ...about,
      status: "note",
      advice: `renew it: ${counted(Math.floor(leftMs / dayMs), "day")} left`,
    });
}

function described({ subject, issuer, notBefore, notAfter }: ShownTls): string {
  return `a certificate of ${subject}, signed by ${issuer}, good from ${day(notBefore)} to ${day(notAfter)}`;
}

function day(date: Date): string {
  return Number.isNaN(date.getTime()) ? "?" : date.toISOString().slice(0, 10);
}
