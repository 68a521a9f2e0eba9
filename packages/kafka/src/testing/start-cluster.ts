import { whole } from "@pagoda/core";

import { ClusterModel } from "./cluster-model.ts";
import { MemoryBroker } from "./memory-broker.ts";
import type { ClusterModelOptions } from "./options.ts";

export interface ClusterOptions extends ClusterModelOptions {
  /** Address that the brokers listen on, and what clients are told. @default "127.0.0.1" */
  readonly host?: string;
  /** The brokers' ports, in the order of their ids; 0, and one that is not given, is a free one. @default none */
  readonly ports?: readonly number[];
  /** Connections open at one broker; one more is closed at once. @default 1000 */
  readonly maxConnections?: number;
  /**
   * Largest request, in bytes. A bigger one ends the connection before it is buffered.
   * @default 16777216 (16 MiB; a broker's own is 100 MiB)
   */
  readonly maxFrameBytes?: number;
  /** Told what ended a connection that was not closed in order. @default nobody */
  readonly onError?: (error: unknown) => void;
}

/** A Kafka cluster of this process, in memory, that any Kafka client can talk to. */
export interface MemoryCluster
  extends
    AsyncDisposable,
    Pick<
      ClusterModel,
      | "clusterId"
      | "coordinatorOf"
      | "createTopic"
      | "deleteTopic"
      | "fail"
      | "leaderOf"
      | "moveLeader"
      | "records"
    > {
  /** What clients are given to begin with: `HOST:PORT,HOST:PORT`. */
  readonly bootstrap: string;
  readonly brokers: readonly MemoryBroker[];
  /** The cluster without its sockets. */
  readonly model: ClusterModel;
  /** Stops the brokers and forgets everything. */
  close(): Promise<void>;
}

/**
 * Starts a Kafka cluster for a demonstration or a test: see {@link ClusterModel} for what it is not.
 *
 * ```ts
 * const cluster = await startCluster({ brokers: 3, topics: { orders: { partitions: 6 } } });
 * const kafka = new Kafka({ brokers: cluster.bootstrap.split(",") });
 * // ...
 * expect(cluster.records("orders")).toHaveLength(1);
 * await cluster.close();
 * ```
 * @throws RangeError if an option makes no sense
 * @throws ListenError when a port cannot be had
 */
export async function startCluster(options: ClusterOptions = {}): Promise<MemoryCluster> {
  const { host = "127.0.0.1", ports = [], onError } = options;
  const maxConnections = whole("maxConnections", options.maxConnections ?? 1_000, 1);
  const maxFrameBytes = whole("maxFrameBytes", options.maxFrameBytes ?? 16_777_216, 1, 0x7fff_ffff);
  const model = new ClusterModel(options);
  const brokers = model.nodes.map(({ id }) => {
    const port = ports[id - 1] ?? 0;
    return new MemoryBroker(model, id, {
      host,
      port,
      maxConnections,
      maxFrameBytes,
      ...(onError && { onError }),
    });
  });
  const close = async (): Promise<void> => {
    await Promise.all(brokers.map((broker) => broker.stop()));
    // Last: a member that still could join would begin a group, and timers, anew.
    model.close();
  };
  try {
    await Promise.all(brokers.map((broker) => broker.start()));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    bootstrap: brokers.map(({ port }) => `${host}:${port}`).join(","),
    brokers,
    model,
    clusterId: model.clusterId,
    coordinatorOf: (groupId) => model.coordinatorOf(groupId),
    createTopic: (name, spec) => model.createTopic(name, spec),
    deleteTopic: (name) => model.deleteTopic(name),
    fail: (fault) => model.fail(fault),
    leaderOf: (topic, partition) => model.leaderOf(topic, partition),
    moveLeader: (topic, partition, nodeId) => model.moveLeader(topic, partition, nodeId),
    records: (topic) => model.records(topic),
    close,
    [Symbol.asyncDispose]: close,
  };
}
