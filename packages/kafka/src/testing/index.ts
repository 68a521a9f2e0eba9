/**
 * A Kafka cluster in memory, for demonstrations and tests: any Kafka client can talk to it, nothing
 * outlives it. And what holds a layer of one's own to the contract of layers.
 */

// For people who test what talks to Kafka.
export { startCluster } from "./start-cluster.ts";
export type { ClusterOptions, MemoryCluster } from "./start-cluster.ts";
export type { MemoryBroker } from "./memory-broker.ts";
export type { StoredRecord } from "./cluster-model.ts";
export type { TopicSpec } from "./options.ts";
export type { Fault } from "./state/faults.ts";

// For people who write layers.
export { amongTexts } from "./among-texts.ts";

// For people who want it without sockets, or on sockets of their own.
export { ClusterModel } from "./cluster-model.ts";
export type { ClusterModelOptions } from "./options.ts";
export type { ClientInfo } from "./handler.ts";
export type { ClusterNode } from "./state/nodes.ts";
