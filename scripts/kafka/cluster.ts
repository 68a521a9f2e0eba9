import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { brokerProcess } from "./broker.ts";
import type { BrokerProcess, KafkaBroker } from "./broker.ts";
import type { Installation } from "./installation.ts";
import { formatAddress, freePort } from "./ports.ts";
import type { Address } from "./ports.ts";
import { brokersListed, roundTrip, within } from "./ready.ts";
import { directListener, proxiedListener, serverProperties } from "./settings.ts";
import { formatStorage, randomUuid } from "./storage.ts";
import { kafkaTools } from "./tools.ts";
import type { KafkaTools } from "./tools.ts";
import { watchedFolder } from "./watchdog.ts";

export type { KafkaBroker } from "./broker.ts";

/** A real Kafka cluster of this machine's. */
export interface KafkaCluster extends AsyncDisposable {
  readonly clusterId: string;
  /** Every broker's own listener, as clients take it: `host:port,host:port`. */
  readonly bootstrap: string;
  readonly brokers: readonly KafkaBroker[];
  readonly tools: KafkaTools;
  /** Where everything of this cluster is, until it stops. */
  readonly folder: string;
  /** Kills every process of the cluster and removes its data. May be called twice. */
  stop(): Promise<void>;
}

/** What a cluster is to look like. */
export interface ClusterOptions {
  /** How many brokers, numbered from 1; each is a controller too. @default 1 */
  readonly brokers?: number;
  /**
   * What a broker's proxied listener tells its clients: where a proxy listens, or will; or `itself`,
   * for a proxy that gives brokers other addresses.
   * @default a free port of this machine for each broker
   */
  readonly advertised?: ((nodeId: number) => Address) | "itself";
  /** Broker settings that win over ours. @default none */
  readonly properties?: Readonly<Record<string, string>>;
  /** Largest heap of each broker, in MiB. @default 512 */
  readonly heapMiB?: number;
  /** Longest wait for the cluster, and for a broker started again. @default 60000 (1 min) */
  readonly readyTimeoutMs?: number;
  /** A broker ended by itself. @default nothing happens */
  readonly onCrash?: (error: Error) => void;
}

/** Starts a cluster from what is installed; resolves when clients can produce and consume. */
export async function launchCluster(
  installation: Installation,
  options: ClusterOptions,
  writeArchive?: string,
): Promise<KafkaCluster> {
  const { brokers: count = 1, readyTimeoutMs = 60_000 } = options;
  if (!(Number.isInteger(count) && count >= 1 && count <= 9)) {
    throw new RangeError(`brokers must be a whole number from 1 to 9, got ${count}`);
  }
  const watched = watchedFolder("pagoda-kafka-");
  const brokers: BrokerProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(brokers.map((broker) => broker.kill()));
    await watched.close();
  };
  let started = false;
  const onCrash = (error: Error): void => {
    if (started) options.onCrash?.(error);
  };
  try {
    const clusterId = randomUuid();
    const nodes = await Promise.all(
      Array.from({ length: count }, (_, index) => freeAddresses(index + 1, options)),
    );
    for (const own of nodes) {
      const { nodeId, direct, proxied } = own;
      const folder = join(watched.folder, `broker-${nodeId}`);
      formatStorage(dataFolder(folder), { nodeId, clusterId, checkpoint: installation.checkpoint });
      writeFileSync(join(folder, "server.properties"), settingsOf(own, nodes, folder, options.properties));
      const jvm = { heapMiB: options.heapMiB ?? 512, archive: installation.archive, writeArchive };
      const { command: java } = installation.java;
      const { classpath } = installation.distribution;
      brokers.push(
        brokerProcess({
          ...direct,
          nodeId,
          proxied,
          folder,
          watched,
          java,
          classpath,
          jvm,
          readyTimeoutMs,
          onCrash,
        }),
      );
    }
    const addresses = nodes.map(({ direct }) => formatAddress(direct));
    const nodeIds = nodes.map(({ nodeId }) => nodeId);
    const ended = brokers.map((broker) => broker.launch());
    await within(readyTimeoutMs, ended, async (signal) => {
      await Promise.all(addresses.map((address) => brokersListed(address, nodeIds, signal)));
      await roundTrip(addresses, signal);
    });
    started = true;
    return {
      clusterId,
      bootstrap: addresses.join(","),
      brokers,
      tools: kafkaTools(installation, watched),
      folder: watched.folder,
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where a node's listeners are to be. */
interface NodeAddresses {
  readonly nodeId: number;
  readonly direct: Address;
  readonly proxied: KafkaBroker["proxied"];
  readonly controller: Address;
}

async function freeAddresses(nodeId: number, { advertised }: ClusterOptions): Promise<NodeAddresses> {
  const free = async (): Promise<Address> => ({ host: "127.0.0.1", port: await freePort("127.0.0.1") });
  const proxied = await free();
  const told = advertised === "itself" ? proxied : (advertised?.(nodeId) ?? (await free()));
  return {
    nodeId,
    direct: await free(),
    proxied: { ...proxied, advertised: told },
    controller: await free(),
  };
}

const dataFolder = (folder: string): string => join(folder, "data");

function settingsOf(
  { nodeId, direct, proxied, controller }: NodeAddresses,
  nodes: readonly NodeAddresses[],
  folder: string,
  overrides: ClusterOptions["properties"] = {},
): string {
  const securityProtocol = "PLAINTEXT";
  return serverProperties(
    {
      nodeId,
      dataFolder: dataFolder(folder),
      listeners: [
        { name: directListener, bind: direct, securityProtocol },
        { name: proxiedListener, bind: proxied, advertised: proxied.advertised, securityProtocol },
      ],
      controller: { name: "CONTROLLER", bind: controller, securityProtocol },
    },
    nodes.map((node) => [node.nodeId, node.controller]),
    overrides,
  );
}
