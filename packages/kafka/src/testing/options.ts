import { notNegative, whole } from "@pagoda/core";

/** A topic to begin with. */
export interface TopicSpec {
  /** @default `defaultPartitions` of the cluster */
  readonly partitions?: number;
  /** Brokers that hold a copy, at most as many as there are. @default `defaultReplicationFactor` */
  readonly replicationFactor?: number;
  /** What DescribeConfigs answers for it. Told, not obeyed. @default none */
  readonly configs?: Readonly<Record<string, string>>;
}

/** What the model of a cluster is like, and its bounds. */
export interface ClusterModelOptions {
  /** Brokers, with the node ids 1 and up. @default 3 */
  readonly brokers?: number;
  /** @default a random one */
  readonly clusterId?: string;
  /** Topics to begin with, by name. @default none */
  readonly topics?: Readonly<Record<string, TopicSpec>>;
  /** Make a topic when a client asks for its metadata and allows that. @default true */
  readonly autoCreateTopics?: boolean;
  /** Partitions of a topic that does not say. @default 1, as Kafka's `num.partitions` */
  readonly defaultPartitions?: number;
  /** Copies of a topic that does not say; never more than brokers. @default 3 */
  readonly defaultReplicationFactor?: number;
  /** Partitions of all topics together. A topic beyond it is refused with POLICY_VIOLATION. @default 10000 */
  readonly maxPartitions?: number;
  /**
   * Bytes of record batches that a partition keeps. Beyond it the oldest batches are dropped and the
   * log start offset moves; the newest batch is kept whatever its size.
   * @default 16777216 (16 MiB)
   */
  readonly maxLogBytesPerPartition?: number;
  /**
   * Largest batch; a bigger one is refused with MESSAGE_TOO_LARGE. Also the most that a group keeps
   * of one member's metadata, and of one assignment of all.
   * @default 1048588, as Kafka's `message.max.bytes`
   */
  readonly maxMessageBytes?: number;
  /** Idempotent producers remembered per partition; the one that wrote longest ago is forgotten. @default 1000 */
  readonly maxProducersPerPartition?: number;
  /** Most bytes of records in one Fetch response, whatever the client asks. @default 16777216 (16 MiB) */
  readonly maxFetchBytes?: number;
  /** Longest that a Fetch waits for records, whatever the client asks. @default 30000 (30 seconds) */
  readonly maxFetchWaitMs?: number;
  /** Consumer groups. A member of one more is refused with GROUP_MAX_SIZE_REACHED. @default 1000 */
  readonly maxGroups?: number;
  /** Members of one group; one more is refused with GROUP_MAX_SIZE_REACHED. @default 100 */
  readonly maxMembersPerGroup?: number;
  /**
   * Milliseconds that the first rebalance of an empty group waits for more members.
   * @default 0 (a broker's own default is 3 seconds)
   */
  readonly initialRebalanceDelayMs?: number;
}

/** Options that were checked, with their defaults filled in. */
export type ClusterSettings = Required<Omit<ClusterModelOptions, "clusterId" | "topics">>;

/** @throws RangeError */
export function clusterSettings(options: ClusterModelOptions): ClusterSettings {
  const brokers = whole("brokers", options.brokers ?? 3, 1, 1_000);
  return {
    brokers,
    autoCreateTopics: options.autoCreateTopics ?? true,
    defaultPartitions: whole("defaultPartitions", options.defaultPartitions ?? 1, 1),
    defaultReplicationFactor: whole("defaultReplicationFactor", options.defaultReplicationFactor ?? 3, 1),
    maxPartitions: whole("maxPartitions", options.maxPartitions ?? 10_000, 1),
    maxLogBytesPerPartition: whole(
      "maxLogBytesPerPartition",
      options.maxLogBytesPerPartition ?? 16_777_216,
      1,
    ),
    maxMessageBytes: whole("maxMessageBytes", options.maxMessageBytes ?? 1_048_588, 1),
    maxProducersPerPartition: whole("maxProducersPerPartition", options.maxProducersPerPartition ?? 1_000, 1),
    maxFetchBytes: whole("maxFetchBytes", options.maxFetchBytes ?? 16_777_216, 1),
    maxFetchWaitMs: notNegative("maxFetchWaitMs", options.maxFetchWaitMs ?? 30_000),
    maxGroups: whole("maxGroups", options.maxGroups ?? 1_000, 1),
    maxMembersPerGroup: whole("maxMembersPerGroup", options.maxMembersPerGroup ?? 100, 1),
    initialRebalanceDelayMs: notNegative("initialRebalanceDelayMs", options.initialRebalanceDelayMs ?? 0),
  };
}
