import { formatAddress } from "./ports.ts";
import type { Address } from "./ports.ts";

/** One of a broker's listeners. */
export interface Listener {
  /** As in `DIRECT`. */
  readonly name: string;
  /** Where the broker listens. */
  readonly bind: Address;
  /** What clients of this listener are told. Absent on a controller's listener. */
  readonly advertised?: Address;
  readonly securityProtocol: "PLAINTEXT";
}

/** What tells one node of a cluster from another. */
export interface NodeSettings {
  readonly nodeId: number;
  readonly dataFolder: string;
  readonly listeners: readonly Listener[];
  readonly controller: Listener;
}

/** Name of the listener that advertises itself. Brokers talk to each other over it. */
export const directListener = "DIRECT";

/** Name of the listener that advertises where a proxy listens. */
export const proxiedListener = "PROXIED";

/** `server.properties` of one node that is broker and controller, in a cluster of such nodes. */
export function serverProperties(
  node: NodeSettings,
  controllers: readonly (readonly [nodeId: number, Address])[],
  overrides: Readonly<Record<string, string>>,
): string {
  const listeners = [...node.listeners, node.controller];
  const properties: Record<string, string | number> = {
    "process.roles": "broker,controller",
    "node.id": node.nodeId,
    "log.dirs": node.dataFolder,
    "controller.quorum.voters": controllers.map(([id, at]) => `${id}@${formatAddress(at)}`).join(","),
    "controller.listener.names": node.controller.name,
    "inter.broker.listener.name": directListener,
    listeners: listeners.map(({ name, bind }) => `${name}://${formatAddress(bind)}`).join(","),
    "advertised.listeners": node.listeners
      .map(({ name, bind, advertised }) => `${name}://${formatAddress(advertised ?? bind)}`)
      .join(","),
    "listener.security.protocol.map": listeners
      .map(({ name, securityProtocol }) => `${name}:${securityProtocol}`)
      .join(","),
    ...smallCluster(controllers.length),
    ...overrides,
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

/** Settings that let a cluster of this size start soon, fail over soon, and fit a small machine. */
function smallCluster(brokers: number): Record<string, string | number> {
  const replicas = Math.min(3, brokers);
  const internalPartitions = 3;
  return {
    "default.replication.factor": replicas,
    "offsets.topic.replication.factor": replicas,
    "offsets.topic.num.partitions": internalPartitions,
    "transaction.state.log.replication.factor": replicas,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": internalPartitions,
    "share.coordinator.state.topic.replication.factor": replicas,
    "share.coordinator.state.topic.min.isr": 1,
    "share.coordinator.state.topic.num.partitions": internalPartitions,
    // A group's first member need not wait for others.
    "group.initial.rebalance.delay.ms": 0,
    // A killed broker is noticed after the session, and comes back after it.
    "broker.heartbeat.interval.ms": 500,
    "broker.session.timeout.ms": 3_000,
    "controller.quorum.election.timeout.ms": 500,
    "controller.quorum.fetch.timeout.ms": 1_000,
    "controller.quorum.election.backoff.max.ms": 200,
    // Memory and threads for a broker of 512 MiB on a shared machine.
    "log.cleaner.dedupe.buffer.size": 4_194_304,
    "log.index.size.max.bytes": 1_048_576,
    "num.network.threads": 2,
    "num.io.threads": 4,
  };
}
