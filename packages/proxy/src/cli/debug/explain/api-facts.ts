import type { ApiTypes, KafkaErrorName } from "@pagoda/kafka/protocol";

/** What a person should know of an API beyond its fields. */
export interface ApiFacts {
  /** What it is for, as the end of "It ...". */
  readonly does: string;
  /** The errors that are met most, the commonest first. */
  readonly errors: readonly KafkaErrorName[];
}

type ApiName = keyof ApiTypes;

const transaction: readonly KafkaErrorName[] = [
  "CONCURRENT_TRANSACTIONS",
  "PRODUCER_FENCED",
  "INVALID_TXN_STATE",
  "NOT_COORDINATOR",
  "COORDINATOR_LOAD_IN_PROGRESS",
];
const member: readonly KafkaErrorName[] = [
  "REBALANCE_IN_PROGRESS",
  "UNKNOWN_MEMBER_ID",
  "ILLEGAL_GENERATION",
  "NOT_COORDINATOR",
];
const coordinator: readonly KafkaErrorName[] = [
  "COORDINATOR_NOT_AVAILABLE",
  "NOT_COORDINATOR",
  "GROUP_AUTHORIZATION_FAILED",
];
const controller: readonly KafkaErrorName[] = [
  "NOT_CONTROLLER",
  "CLUSTER_AUTHORIZATION_FAILED",
  "REQUEST_TIMED_OUT",
];

/** Facts of the APIs that clients use; what brokers say to one another has none. */
export const apiFacts: { readonly [Name in ApiName]?: ApiFacts } = {
  Produce: {
    does: "writes record batches to partitions; the request goes to their leader",
    errors: [
      "NOT_LEADER_OR_FOLLOWER",
      "UNKNOWN_TOPIC_OR_PARTITION",
      "MESSAGE_TOO_LARGE",
      "NOT_ENOUGH_REPLICAS",
      "OUT_OF_ORDER_SEQUENCE_NUMBER",
      "TOPIC_AUTHORIZATION_FAILED",
      "REQUEST_TIMED_OUT",
    ],
  },
  Fetch: {
    does: "reads record batches of partitions, for consumers and followers; it waits for records",
    errors: [
      "NOT_LEADER_OR_FOLLOWER",
      "OFFSET_OUT_OF_RANGE",
      "UNKNOWN_TOPIC_ID",
      "FETCH_SESSION_ID_NOT_FOUND",
      "FENCED_LEADER_EPOCH",
      "TOPIC_AUTHORIZATION_FAILED",
    ],
  },
  ListOffsets: {
    does: "finds the first, the last, or an offset by its time",
    errors: ["NOT_LEADER_OR_FOLLOWER", "UNKNOWN_TOPIC_OR_PARTITION", "OFFSET_NOT_AVAILABLE"],
  },
  Metadata: {
    does: "tells the brokers, their addresses, and who leads which partition",
    errors: ["LEADER_NOT_AVAILABLE", "UNKNOWN_TOPIC_OR_PARTITION", "TOPIC_AUTHORIZATION_FAILED"],
  },
  OffsetCommit: {
    does: "stores how far a group has read",
    errors: [...member, "GROUP_AUTHORIZATION_FAILED"],
  },
  OffsetFetch: {
    does: "asks how far a group has read",
    errors: [...coordinator, "UNSTABLE_OFFSET_COMMIT", "STALE_MEMBER_EPOCH"],
  },
  FindCoordinator: {
    does: "asks which broker looks after a group or a transaction",
    errors: ["COORDINATOR_NOT_AVAILABLE", "GROUP_AUTHORIZATION_FAILED"],
  },
  JoinGroup: {
    does: "makes a consumer a member of its group; the answer waits for the others",
    errors: ["MEMBER_ID_REQUIRED", ...member, "INCONSISTENT_GROUP_PROTOCOL", "FENCED_INSTANCE_ID"],
  },
  Heartbeat: { does: "says that a member is alive, and hears of rebalances", errors: member },
  LeaveGroup: { does: "takes members out of their group", errors: ["UNKNOWN_MEMBER_ID", "NOT_COORDINATOR"] },
  SyncGroup: { does: "hands the partitions of a rebalance out", errors: member },
  DescribeGroups: { does: "tells state and members of groups", errors: coordinator },
  ListGroups: { does: "lists the groups of a coordinator", errors: ["COORDINATOR_NOT_AVAILABLE"] },
  SaslHandshake: {
    does: "chooses how to log in",
    errors: ["UNSUPPORTED_SASL_MECHANISM", "ILLEGAL_SASL_STATE"],
  },
  ApiVersions: {
    does: "asks which APIs and versions there are: the first request of a connection",
    errors: ["UNSUPPORTED_VERSION"],
  },
  CreateTopics: {
    does: "makes topics",
    errors: [
      "TOPIC_ALREADY_EXISTS",
      "INVALID_REPLICATION_FACTOR",
      "POLICY_VIOLATION",
      "INVALID_TOPIC_EXCEPTION",
      "THROTTLING_QUOTA_EXCEEDED",
      "NOT_CONTROLLER",
    ],
  },
  DeleteTopics: {
    does: "deletes topics",
    errors: ["UNKNOWN_TOPIC_OR_PARTITION", "TOPIC_AUTHORIZATION_FAILED", "NOT_CONTROLLER"],
  },
  DeleteRecords: {
    does: "deletes records up to an offset",
    errors: ["NOT_LEADER_OR_FOLLOWER", "OFFSET_OUT_OF_RANGE", "POLICY_VIOLATION"],
  },
  InitProducerId: {
    does: "gives a producer its id and epoch, for idempotence and transactions",
    errors: [
      "CONCURRENT_TRANSACTIONS",
      "COORDINATOR_NOT_AVAILABLE",
      "PRODUCER_FENCED",
      "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
      "CLUSTER_AUTHORIZATION_FAILED",
    ],
  },
  OffsetForLeaderEpoch: {
    does: "asks where a leader's term ended, to find out whether an offset still holds",
    errors: ["NOT_LEADER_OR_FOLLOWER", "FENCED_LEADER_EPOCH", "UNKNOWN_LEADER_EPOCH"],
  },
  AddPartitionsToTxn: { does: "takes partitions into a transaction", errors: transaction },
  AddOffsetsToTxn: { does: "takes a group's offsets into a transaction", errors: transaction },
  EndTxn: { does: "commits or aborts a transaction", errors: transaction },
  TxnOffsetCommit: {
    does: "stores how far a group has read, as part of a transaction",
    errors: [...transaction, "ILLEGAL_GENERATION"],
  },
  DescribeAcls: { does: "lists ACLs", errors: ["SECURITY_DISABLED", "CLUSTER_AUTHORIZATION_FAILED"] },
  CreateAcls: { does: "adds ACLs", errors: ["SECURITY_DISABLED", ...controller] },
  DeleteAcls: { does: "removes ACLs", errors: ["SECURITY_DISABLED", ...controller] },
  DescribeConfigs: {
    does: "tells the configuration of topics and brokers",
    errors: ["TOPIC_AUTHORIZATION_FAILED", "UNKNOWN_TOPIC_OR_PARTITION", "INVALID_REQUEST"],
  },
  AlterConfigs: {
    does: "replaces the configuration of something",
    errors: ["INVALID_CONFIG", ...controller],
  },
  IncrementalAlterConfigs: {
    does: "changes single configuration values",
    errors: ["INVALID_CONFIG", "POLICY_VIOLATION", ...controller],
  },
  SaslAuthenticate: {
    does: "carries the messages of a login",
    errors: ["SASL_AUTHENTICATION_FAILED", "ILLEGAL_SASL_STATE"],
  },
  CreatePartitions: { does: "adds partitions to topics", errors: ["INVALID_PARTITIONS", ...controller] },
  DeleteGroups: { does: "deletes groups", errors: ["NON_EMPTY_GROUP", "GROUP_ID_NOT_FOUND", ...coordinator] },
  ElectLeaders: {
    does: "has partitions elect their leaders",
    errors: ["ELECTION_NOT_NEEDED", "PREFERRED_LEADER_NOT_AVAILABLE", ...controller],
  },
  AlterPartitionReassignments: {
    does: "moves replicas of partitions",
    errors: ["INVALID_REPLICA_ASSIGNMENT", "NO_REASSIGNMENT_IN_PROGRESS", ...controller],
  },
  OffsetDelete: {
    does: "forgets how far a group has read",
    errors: ["GROUP_SUBSCRIBED_TO_TOPIC", "GROUP_ID_NOT_FOUND", ...coordinator],
  },
  DescribeCluster: {
    does: "tells the brokers and the controller",
    errors: ["CLUSTER_AUTHORIZATION_FAILED", "MISMATCHED_ENDPOINT_TYPE"],
  },
  ConsumerGroupHeartbeat: {
    does: "joins, stays in and leaves a group of the newer protocol (KIP-848)",
    errors: ["FENCED_MEMBER_EPOCH", "UNKNOWN_MEMBER_ID", "UNRELEASED_INSTANCE_ID", ...coordinator],
  },
  GetTelemetrySubscriptions: {
    does: "asks which metrics the broker wants of the client (KIP-714)",
    errors: ["UNSUPPORTED_VERSION"],
  },
  PushTelemetry: {
    does: "sends the client's metrics (KIP-714)",
    errors: ["UNKNOWN_SUBSCRIPTION_ID", "TELEMETRY_TOO_LARGE"],
  },
  ShareFetch: {
    does: "takes records of a share group, and acknowledges others (KIP-932)",
    errors: ["SHARE_SESSION_NOT_FOUND", "INVALID_SHARE_SESSION_EPOCH", "INVALID_RECORD_STATE"],
  },
  ShareAcknowledge: {
    does: "says what became of records of a share group (KIP-932)",
    errors: ["INVALID_RECORD_STATE", "SHARE_SESSION_NOT_FOUND"],
  },
};
