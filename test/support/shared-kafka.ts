// Run by vitest around all integration tests: owns the real broker that they share.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";

import type { KafkaCluster } from "../../scripts/kafka/cluster.ts";
import { startKafka } from "../../scripts/kafka/start.ts";
import type { SharedKafkaFacts } from "./kafka.ts";

/** Answers every request with the broker's facts, starting it for the first. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<KafkaCluster> | undefined;
  const server = createServer((_, response) => {
    starting ??= startKafka({ log: (line) => process.stderr.write(`pagoda: ${line}\n`) });
    starting.then(
      (cluster) => response.end(JSON.stringify(factsOf(cluster))),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  project.provide("sharedKafka", `http://127.0.0.1:${port}`);
  return async () => {
    server.close();
    server.closeAllConnections();
    const cluster = await starting?.catch(() => undefined);
    await cluster?.stop();
  };
}

function factsOf({ clusterId, bootstrap, brokers: [broker] }: KafkaCluster): SharedKafkaFacts {
  if (broker === undefined) throw new Error("a cluster without brokers");
  return { clusterId, bootstrap, proxied: broker.proxied };
}
