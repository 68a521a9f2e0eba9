// `npm run kafka [-- --brokers 3] [--advertise HOST:PORT]...`: a real Apache Kafka until Ctrl-C.

import { parseArgs } from "node:util";

import { formatAddress } from "./kafka/ports.ts";
import type { Address } from "./kafka/ports.ts";
import type { KafkaCluster } from "./kafka/cluster.ts";
import { startSecureKafka } from "./kafka/secure.ts";
import type { SecureKafka } from "./kafka/secure.ts";
import { startKafka } from "./kafka/start.ts";
import { kafkaVersion } from "./kafka/version.ts";

const usage = `usage: npm run kafka [-- --brokers N] [--advertise HOST:PORT | --secure]

  --brokers N             how many brokers, 1 to 9 (default 1); each is a controller too
  --advertise HOST:PORT   where a proxy listens for broker 1; broker 2 is on the next port, and so on
                          (default: free ports of this machine)
  --secure                a listener of SASL_SSL beside the plain one, for a proxy that logs in`;

class UsageError extends Error {}

interface Arguments {
  readonly brokers: number;
  readonly advertised: ((nodeId: number) => Address) | undefined;
  readonly secure: boolean;
}

function readArguments(): Arguments {
  const values = parse();
  if (!/^[1-9]$/.test(values.brokers))
    throw new UsageError(`--brokers must be 1 to 9, got ${values.brokers}`);
  const brokers = Number(values.brokers);
  const secure = values.secure ?? false;
  if (values.advertise === undefined) return { brokers, advertised: undefined, secure };
  if (secure) throw new UsageError("--secure and --advertise exclude each other");
  const [, host, digits] = /^(?:\[?([^[\]]+)\]?):(\d+)$/.exec(values.advertise) ?? [];
  const port = Number(digits);
  if (host === undefined || !(port >= 1 && port + brokers - 1 <= 65_535)) {
    throw new UsageError(`--advertise must be HOST:PORT, got ${values.advertise}`);
  }
  return { brokers, advertised: (nodeId) => ({ host, port: port + nodeId - 1 }), secure };
}

function parse(): { brokers: string; advertise?: string | undefined; secure?: boolean | undefined } {
  try {
    return parseArgs({
      options: {
        brokers: { type: "string", default: "1" },
        advertise: { type: "string" },
        secure: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function main({ brokers: count, advertised, secure }: Arguments): Promise<void> {
  const startedAt = performance.now();
  const { promise: ended, resolve: end } = Promise.withResolvers<Error | "stopped">();
  let cluster: KafkaCluster | undefined;
  const stop = (): void => {
    // While it starts, leaving is enough: the watchdog cleans up.
    if (cluster === undefined) process.exit(130);
    end("stopped");
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  // Whoever started us may have been killed, which no signal tells: then nobody can stop us any more.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), 500).unref();

  const options = { brokers: count, log: (line: string) => console.error(`pagoda: ${line}`), onCrash: end };
  if (secure) {
    const secured = await startSecureKafka(options);
    cluster = secured;
    print(secured, (performance.now() - startedAt) / 1_000);
    printSecured(secured);
  } else {
    cluster = await startKafka({ ...options, ...(advertised && { advertised }) });
    print(cluster, (performance.now() - startedAt) / 1_000);
    printProxied(cluster);
  }

  const why = await ended;
  await cluster.stop();
  if (why instanceof Error) throw why;
  console.log("\nstopped; nothing is left of it");
}

function print({ bootstrap, tools, folder }: KafkaCluster, seconds: number): void {
  console.log(`Apache Kafka ${kafkaVersion} is ready after ${seconds.toFixed(1)} s. Ctrl-C stops it and removes its data.

  bootstrap  ${bootstrap}
  kcat       kcat -b ${bootstrap} -L
  Java tool  ${tools.commandLine("topics")} --bootstrap-server ${bootstrap} --list
  data       ${folder} (broker-N/server.log: what broker N logs)
`);
}

function printProxied({ brokers }: KafkaCluster): void {
  console.log(
    "Each broker has a second listener for a proxy to forward to. Its clients are sent to the proxy:\n",
  );
  for (const { nodeId, proxied } of brokers) {
    console.log(
      `  broker ${nodeId}   upstream ${formatAddress(proxied)}   proxy on ${formatAddress(proxied.advertised)}`,
    );
  }
}

function printSecured({ secured: { bootstrap, caFile, username, password } }: SecureKafka): void {
  console.log(`Each broker has a second listener, of SASL_SSL. For a proxy, in pagoda.yaml:

clusters:
  prod:
    bootstrap: ${bootstrap}
    tls: { ca: ${caFile} }
    sasl: { mechanism: SCRAM-SHA-512, username: ${username}, password: "\${KAFKA_PASSWORD}" }

  export KAFKA_PASSWORD=${password}
`);
}

try {
  await main(readArguments());
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(
    `pagoda: ${error instanceof Error ? error.message : String(error)}${isUsage ? `\n${usage}` : ""}`,
  );
  process.exitCode = isUsage ? 2 : 1;
}
process.exit();
