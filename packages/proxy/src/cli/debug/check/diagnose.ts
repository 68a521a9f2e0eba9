import { classify, messageOf } from "@pagoda/core";
import { LoginError } from "@pagoda/kafka";
import { FrameTooLargeError, SaslHandshake } from "@pagoda/kafka/protocol";
import { ConnectError } from "@pagoda/tcp";
import type { ConnectReason, Endpoint } from "@pagoda/tcp";

import { BrokerTalk } from "./broker-talk.ts";
import type { Reach } from "./broker-talk.ts";
import { inspectTls } from "./inspect-tls.ts";

/** Why something does not work, and what to do about it. */
export interface Diagnosis {
  readonly message: string;
  readonly advice: string;
}

const advices: Readonly<Record<ConnectReason, string>> = {
  auth: "check user, password and mechanism",
  dns: "clients need a name that resolves here: correct it, or add it to the DNS or the hosts file",
  refused: "is the broker up, is the port right, and does the broker listen on this address?",
  timeout: "look at routes, firewalls and security groups between here and there",
  tls: "give the authority that signed it (--tls-ca FILE), and a host name that is in the certificate",
  other: "look at the network between here and there",
};

/** A TLS alert's beginning, and `HTTP`, taken for a frame's size. */
const tlsAlert = 0x1503;
const http = 0x4854_5450;
const illegalSaslState = 34;

/**
 * Why a broker could not be talked to. Where it speaks TLS and was asked in plain text, or the other
 * way, that is found out with one more connection.
 */
export async function diagnose(error: unknown, endpoint: Endpoint, reach: Reach): Promise<Diagnosis> {
  if (error instanceof LoginError) return ofLogin(error);
  if (error instanceof ConnectError && error.reason !== "tls") {
    return { message: wordsOf(error), advice: advices[error.reason] };
  }
  const other = await otherWay(error, endpoint, reach);
  if (other !== undefined) return other;
  if (error instanceof ConnectError) return { message: wordsOf(error), advice: advices.tls };
  if (error instanceof FrameTooLargeError && error.frameBytes === http) {
    return { message: "an HTTP server answers there, not Kafka", advice: "check the port" };
  }
  const { kind } = classify(error);
  if (kind === "timeout") {
    return {
      message: `it takes connections, and does not answer within ${reach.timeoutMs} ms`,
      advice:
        "is it Kafka, and is it done starting? A proxy or balancer in between may have nobody behind it",
    };
  }
  if (kind === "unavailable") {
    return {
      message: "it closed the connection without an answer",
      advice: "look at its log: it may want a login or TLS, refuse this address, or have nobody behind it",
    };
  }
  return {
    message: `what it says is not Kafka's protocol (${messageOf(error)})`,
    advice: "check the port: does something else listen there?",
  };
}

/** How one may log in at a broker, as it says; undefined where nobody has to or can. */
export async function mechanismsOf(endpoint: Endpoint, reach: Reach): Promise<readonly string[] | undefined> {
  try {
    await using talk = await BrokerTalk.open(endpoint, { ...reach, login: undefined });
    // A mechanism that it may not have is fine: it lists the others.
    const body = SaslHandshake.request.of({ mechanism: "PLAIN" });
    const { errorCode, mechanisms } = await talk.ask(SaslHandshake, 1, body);
    return errorCode === illegalSaslState || mechanisms.length === 0 ? undefined : mechanisms;
  } catch {
    return undefined;
  }
}

async function otherWay(error: unknown, endpoint: Endpoint, reach: Reach): Promise<Diagnosis | undefined> {
  if (reach.tls === undefined) {
    const alerted = error instanceof FrameTooLargeError && error.frameBytes >>> 16 === tlsAlert;
    if (!alerted && (await inspectTls(endpoint, reach)) === undefined) return undefined;
    return {
      message: "it speaks TLS, and was asked in plain text",
      advice: "add --tls (or --tls-ca FILE); in clients security.protocol=SSL or SASL_SSL",
    };
  }
  if (!(error instanceof ConnectError)) return undefined;
  try {
    await using talk = await BrokerTalk.open(endpoint, { ...reach, tls: undefined, login: undefined });
    await talk.apiVersions();
    return {
      message: "it speaks plain text, and was asked for TLS",
      advice: "leave --tls and --tls-ca out; in clients security.protocol=PLAINTEXT or SASL_PLAINTEXT",
    };
  } catch {
    return undefined;
  }
}

const loginAdvices = {
  auth: "check user, password and mechanism; the broker's log says more",
  timeout: "is it Kafka, and is it done starting?",
  closed: "look at the broker's log; is this a listener with SASL?",
  protocol: "is this a listener with SASL? Without one, leave --sasl-mechanism out",
} as const;

function ofLogin(error: LoginError): Diagnosis {
  return { message: wordsOf(error), advice: loginAdvices[error.reason] };
}

/** An error's words, without the address that the line names already. */
function wordsOf(error: Error): string {
  return error.message.replace(/^cannot (?:connect|log in) to \S+(?: by \S+)?: /, "");
}
