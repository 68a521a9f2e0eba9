import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Context } from "@pagoda/core";
import { logIn, scram } from "@pagoda/kafka";
import { clientTls, connect } from "@pagoda/tcp";
import { generate } from "selfsigned";

import type { KafkaCluster } from "./cluster.ts";
import { formatAddress } from "./ports.ts";
import type { Address } from "./ports.ts";
import { startKafka } from "./start.ts";
import type { StartKafkaOptions } from "./start.ts";

/** A cluster with a listener that asks for TLS and a login, beside the one that asks for nothing. */
export interface SecureKafka extends KafkaCluster {
  /** SASL_SSL, at each broker. */
  readonly secured: {
    readonly bootstrap: string;
    /** PEM: the authority that the brokers' certificate is of. */
    readonly caFile: string;
    /** Who is let in, by PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
    readonly username: string;
    readonly password: string;
  };
}

export interface StartSecureKafkaOptions extends Omit<StartKafkaOptions, "advertised"> {
  /** Milliseconds until a client has to log in again (KIP-368). @default 0 (never) */
  readonly maxReauthMs?: number;
}

const username = "pagoda";
const password = "pagoda-secret";
const module = (name: string, rest = ""): string =>
  `org.apache.kafka.common.security.${name} required${rest};`;

/** Starts a cluster as `startKafka` does, whose proxied listeners are SASL_SSL and advertise themselves. */
export async function startSecureKafka({
  maxReauthMs = 0,
  ...options
}: StartSecureKafkaOptions = {}): Promise<SecureKafka> {
  const folder = mkdtempSync(join(tmpdir(), "pagoda-kafka-tls-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const { caFile, keystoreFile } = await certificates(folder);
    const proxied = (name: string): string => `listener.name.proxied.${name}`;
    const scramModule = module("scram.ScramLoginModule");
    const cluster = await startKafka({
      ...options,
      advertised: "itself",
      properties: {
        "listener.security.protocol.map": "DIRECT:PLAINTEXT,PROXIED:SASL_SSL,CONTROLLER:PLAINTEXT",
        [proxied("sasl.enabled.mechanisms")]: "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
        [proxied("plain.sasl.jaas.config")]: module(
          "plain.PlainLoginModule",
          ` user_${username}="${password}"`,
        ),
        [proxied("scram-sha-256.sasl.jaas.config")]: scramModule,
        [proxied("scram-sha-512.sasl.jaas.config")]: scramModule,
        [proxied("ssl.keystore.type")]: "PEM",
        [proxied("ssl.keystore.location")]: keystoreFile,
        ...(maxReauthMs > 0 && { "connections.max.reauth.ms": String(maxReauthMs) }),
        ...options.properties,
      },
    });
    const user = ["--alter", "--entity-type", "users", "--entity-name", username];
    // Not at once: brokers refuse to change a user twice in one request.
    for (const name of ["SCRAM-SHA-256", "SCRAM-SHA-512"]) {
      const scram = `${name}=[password=${password}]`;
      await cluster.tools.run("configs", [
        "--bootstrap-server",
        cluster.bootstrap,
        ...user,
        "--add-config",
        scram,
      ]);
    }
    await Promise.all(cluster.brokers.map((broker) => letsIn(broker.proxied, caFile)));
    const stop = async (): Promise<void> => {
      await cluster.stop();
      remove();
    };
    const bootstrap = cluster.brokers.map((broker) => formatAddress(broker.proxied)).join(",");
    return {
      ...cluster,
      secured: { bootstrap, caFile, username, password },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Waits until a broker has heard of the user from the controller. */
async function letsIn({ host, port }: Address, caFile: string): Promise<void> {
  const cx = Context.background();
  const untilMs = performance.now() + 30_000;
  using tls = await clientTls({ ca: { file: caFile } });
  const begin = scram({ hash: "SHA-512", username, password });
  for (;;) {
    const connection = await connect({ host, port, tls, timeoutMs: 5_000 }, cx);
    try {
      await logIn(connection, begin, cx);
      return;
    } catch (error) {
      if (performance.now() > untilMs) throw error;
    } finally {
      connection.close("policy");
    }
  }
}

/** An authority, and a certificate of it for this machine in the form that brokers read. */
async function certificates(folder: string): Promise<{ caFile: string; keystoreFile: string }> {
  const notAfterDate = new Date(Date.now() + 7 * 86_400_000);
  const ca = await generate([{ name: "commonName", value: "Kafka of this machine" }], {
    keySize: 2048,
    algorithm: "sha256",
    notAfterDate,
    extensions: [{ name: "basicConstraints", cA: true, critical: true }],
  });
  const names = [
    { type: 2 as const, value: "localhost" },
    { type: 7 as const, ip: "127.0.0.1" },
  ];
  const own = await generate([{ name: "commonName", value: "localhost" }], {
    keySize: 2048,
    algorithm: "sha256",
    ca: { cert: ca.cert, key: ca.private },
    notAfterDate,
    extensions: [{ name: "subjectAltName", altNames: names }],
  });
  const [caFile, keystoreFile] = [join(folder, "ca.pem"), join(folder, "keystore.pem")];
  writeFileSync(caFile, ca.cert);
  writeFileSync(keystoreFile, `${own.private}\n${own.cert}\n${ca.cert}\n`, { mode: 0o600 });
  return { caFile, keystoreFile };
}
