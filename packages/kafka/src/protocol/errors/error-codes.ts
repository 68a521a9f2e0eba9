/** One of Kafka's error codes. */
export interface KafkaErrorCode {
  /** False for a code that this table does not have: a newer broker's. */
  readonly known: true;
  /** The int16 on the wire. */
  readonly code: number;
  /** Kafka's name for it. */
  readonly name: KafkaErrorName;
  /** May the same request succeed later, perhaps at another broker and with fresh metadata? */
  readonly retriable: boolean;
  /** What it means, in a line. */
  readonly description: string;
}

/** A code that this table does not have. All of them have one name, so that it can be a metric's label. */
export interface UnknownErrorCode {
  readonly known: false;
  readonly code: number;
  readonly name: "UNKNOWN";
  readonly retriable: false;
  readonly description: string;
}

/** Every code of Kafka 4.3; none was ever removed. Retriable is what Kafka's Java client retries. */
const rows = [
  [-1, "UNKNOWN_SERVER_ERROR", false, "The broker failed in a way that it did not foresee."],
  [0, "NONE", false, "No error."],
  [1, "OFFSET_OUT_OF_RANGE", false, "The partition's log does not reach, or no longer reaches, that offset."],
  [2, "CORRUPT_MESSAGE", true, "Records arrived damaged, too big, or without the key that compaction needs."],
  [3, "UNKNOWN_TOPIC_OR_PARTITION", true, "The broker asked does not have that partition."],
  [4, "INVALID_FETCH_SIZE", false, "The number of bytes to fetch makes no sense."],
  [5, "LEADER_NOT_AVAILABLE", true, "The partition has no leader yet: one is being elected."],
  [6, "NOT_LEADER_OR_FOLLOWER", true, "The broker asked does not lead, or does not hold, that partition."],
  [7, "REQUEST_TIMED_OUT", true, "The broker gave up before the request was done."],
  [8, "BROKER_NOT_AVAILABLE", false, "A broker that is needed is not up."],
  [9, "REPLICA_NOT_AVAILABLE", true, "A replica that is needed is not up, or not on this broker."],
  [10, "MESSAGE_TOO_LARGE", false, "A batch is bigger than the topic or the broker allows."],
  [11, "STALE_CONTROLLER_EPOCH", false, "The request comes from a controller that has been replaced."],
  [12, "OFFSET_METADATA_TOO_LARGE", false, "The text committed with an offset is longer than allowed."],
  [13, "NETWORK_EXCEPTION", true, "The connection ended before the answer came."],
  [14, "COORDINATOR_LOAD_IN_PROGRESS", true, "The coordinator is still reading its state."],
  [15, "COORDINATOR_NOT_AVAILABLE", true, "There is no coordinator at the moment."],
  [16, "NOT_COORDINATOR", true, "Another broker coordinates this group or transaction."],
  [17, "INVALID_TOPIC_EXCEPTION", false, "No topic may have that name, or not in this request."],
  [18, "RECORD_LIST_TOO_LARGE", false, "A batch is bigger than a log segment."],
  [19, "NOT_ENOUGH_REPLICAS", true, "Too few replicas are in sync to accept the write."],
  [20, "NOT_ENOUGH_REPLICAS_AFTER_APPEND", true, "The write is in the log, but too few replicas have it."],
  [21, "INVALID_REQUIRED_ACKS", false, "Acks is none of -1, 0 and 1."],
  [22, "ILLEGAL_GENERATION", false, "The member speaks of a generation that the group is not in."],
  [23, "INCONSISTENT_GROUP_PROTOCOL", false, "The member shares no protocol with the rest of its group."],
  [24, "INVALID_GROUP_ID", false, "No group may have that id."],
  [25, "UNKNOWN_MEMBER_ID", false, "The group has no such member; it may have been removed."],
  [26, "INVALID_SESSION_TIMEOUT", false, "The session timeout is outside what the broker allows."],
  [
    27,
    "REBALANCE_IN_PROGRESS",
    false,
    "The group is handing out partitions anew; members have to join again.",
  ],
  [28, "INVALID_COMMIT_OFFSET_SIZE", false, "What is committed is too big to be stored."],
  [29, "TOPIC_AUTHORIZATION_FAILED", false, "The principal may not do this to the topic."],
  [30, "GROUP_AUTHORIZATION_FAILED", false, "The principal may not do this to the group."],
  [31, "CLUSTER_AUTHORIZATION_FAILED", false, "The principal may not do this to the cluster."],
  [32, "INVALID_TIMESTAMP", false, "A record's timestamp is too far from the broker's clock."],
  [33, "UNSUPPORTED_SASL_MECHANISM", false, "The broker does not offer that way to authenticate."],
  [34, "ILLEGAL_SASL_STATE", false, "The request does not fit where authentication stands."],
  [35, "UNSUPPORTED_VERSION", false, "The broker does not speak that version of the request."],
  [36, "TOPIC_ALREADY_EXISTS", false, "There is a topic of that name."],
  [37, "INVALID_PARTITIONS", false, "A topic cannot have that number of partitions."],
  [
    38,
    "INVALID_REPLICATION_FACTOR",
    false,
    "There cannot be that many replicas: none, or more than brokers.",
  ],
  [39, "INVALID_REPLICA_ASSIGNMENT", false, "Replicas cannot be placed like that."],
  [40, "INVALID_CONFIG", false, "A configuration value is refused."],
  [41, "NOT_CONTROLLER", true, "Another node is the controller."],
  [42, "INVALID_REQUEST", false, "The request contradicts itself, or the broker cannot make sense of it."],
  [43, "UNSUPPORTED_FOR_MESSAGE_FORMAT", false, "The log is in a record format that cannot do this."],
  [44, "POLICY_VIOLATION", false, "A policy of the cluster forbids it."],
  [45, "OUT_OF_ORDER_SEQUENCE_NUMBER", false, "Batches before this one of the same producer are missing."],
  [46, "DUPLICATE_SEQUENCE_NUMBER", false, "The producer has sent this batch before."],
  [47, "INVALID_PRODUCER_EPOCH", false, "The producer's epoch is older than one already seen."],
  [48, "INVALID_TXN_STATE", false, "The transaction is not in a state that allows this."],
  [49, "INVALID_PRODUCER_ID_MAPPING", false, "The producer id does not belong to the transactional id."],
  [50, "INVALID_TRANSACTION_TIMEOUT", false, "The transaction's timeout is longer than the broker allows."],
  [51, "CONCURRENT_TRANSACTIONS", true, "The transaction is busy with what was asked before."],
  [
    52,
    "TRANSACTION_COORDINATOR_FENCED",
    false,
    "The marker comes from a coordinator that has been replaced.",
  ],
  [53, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", false, "The principal may not use the transactional id."],
  [54, "SECURITY_DISABLED", false, "The cluster has no authorizer that could do this."],
  [55, "OPERATION_NOT_ATTEMPTED", false, "Left undone because another part of the request failed."],
  [56, "KAFKA_STORAGE_ERROR", true, "The broker cannot read or write its disk."],
  [57, "LOG_DIR_NOT_FOUND", false, "The broker has no such log directory."],
  [58, "SASL_AUTHENTICATION_FAILED", false, "The credentials were refused."],
  [59, "UNKNOWN_PRODUCER_ID", false, "The partition has forgotten this producer: its records have expired."],
  [60, "REASSIGNMENT_IN_PROGRESS", false, "The partition is already being moved."],
  [61, "DELEGATION_TOKEN_AUTH_DISABLED", false, "The cluster has no delegation tokens."],
  [62, "DELEGATION_TOKEN_NOT_FOUND", false, "There is no such delegation token."],
  [63, "DELEGATION_TOKEN_OWNER_MISMATCH", false, "The token belongs to another principal."],
  [
    64,
    "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED",
    false,
    "Tokens cannot be asked for over a connection like this.",
  ],
  [65, "DELEGATION_TOKEN_AUTHORIZATION_FAILED", false, "The principal may not do this to the token."],
  [66, "DELEGATION_TOKEN_EXPIRED", false, "The delegation token is no longer valid."],
  [67, "INVALID_PRINCIPAL_TYPE", false, "The broker does not know that type of principal."],
  [68, "NON_EMPTY_GROUP", false, "The group still has members."],
  [69, "GROUP_ID_NOT_FOUND", false, "There is no such group."],
  [70, "FETCH_SESSION_ID_NOT_FOUND", true, "The broker has dropped the fetch session: start a new one."],
  [71, "INVALID_FETCH_SESSION_EPOCH", true, "The fetch does not follow the last one of its session."],
  [72, "LISTENER_NOT_FOUND", true, "The leader has no listener like the one that was asked through."],
  [73, "TOPIC_DELETION_DISABLED", false, "The cluster does not let topics be deleted."],
  [74, "FENCED_LEADER_EPOCH", true, "The client knows an older leader than the broker does."],
  [75, "UNKNOWN_LEADER_EPOCH", true, "The client knows a newer leader than the broker does."],
  [76, "UNSUPPORTED_COMPRESSION_TYPE", false, "The records' compression cannot be sent in this version."],
  [77, "STALE_BROKER_EPOCH", false, "The request comes from a run of the broker that has ended."],
  [78, "OFFSET_NOT_AVAILABLE", true, "A new leader does not know the end of its log yet."],
  [79, "MEMBER_ID_REQUIRED", false, "Join again with the member id in this answer."],
  [80, "PREFERRED_LEADER_NOT_AVAILABLE", true, "The replica that should lead is not up."],
  [81, "GROUP_MAX_SIZE_REACHED", false, "The group takes no more members."],
  [82, "FENCED_INSTANCE_ID", false, "Another member has registered with the same static instance id."],
  [83, "ELIGIBLE_LEADERS_NOT_AVAILABLE", true, "No replica that may lead is up."],
  [84, "ELECTION_NOT_NEEDED", true, "The partition has the leader that it should have."],
  [85, "NO_REASSIGNMENT_IN_PROGRESS", false, "The partition is not being moved."],
  [86, "GROUP_SUBSCRIBED_TO_TOPIC", false, "The group is reading the topic whose offsets should go."],
  [87, "INVALID_RECORD", false, "The broker's checks refuse a record."],
  [88, "UNSTABLE_OFFSET_COMMIT", true, "A transaction that commits these offsets is still open."],
  [89, "THROTTLING_QUOTA_EXCEEDED", true, "A quota is used up for now."],
  [90, "PRODUCER_FENCED", false, "A newer producer has taken over the transactional id."],
  [91, "RESOURCE_NOT_FOUND", false, "Something that the request names does not exist."],
  [92, "DUPLICATE_RESOURCE", false, "The request names something twice."],
  [93, "UNACCEPTABLE_CREDENTIAL", false, "The new credential does not meet the requirements."],
  [94, "INCONSISTENT_VOTER_SET", false, "Sender or receiver is not among the voters that the other expects."],
  [95, "INVALID_UPDATE_VERSION", false, "A feature cannot be set to that version."],
  [96, "FEATURE_UPDATE_FAILED", false, "The controller failed to change the features."],
  [
    97,
    "PRINCIPAL_DESERIALIZATION_FAILURE",
    false,
    "The controller cannot read who a forwarded request is from.",
  ],
  [98, "SNAPSHOT_NOT_FOUND", false, "There is no such snapshot."],
  [99, "POSITION_OUT_OF_RANGE", false, "The snapshot does not reach that position."],
  [100, "UNKNOWN_TOPIC_ID", true, "The broker asked has no topic with that id."],
  [101, "DUPLICATE_BROKER_REGISTRATION", false, "Another broker has registered with that id."],
  [102, "BROKER_ID_NOT_REGISTERED", false, "No broker has registered with that id."],
  [103, "INCONSISTENT_TOPIC_ID", true, "The topic on disk has another id than the request says."],
  [104, "INCONSISTENT_CLUSTER_ID", false, "The request is meant for another cluster."],
  [105, "TRANSACTIONAL_ID_NOT_FOUND", false, "There is no such transactional id."],
  [106, "FETCH_SESSION_TOPIC_ID_ERROR", true, "The fetch session mixes topics with and without ids."],
  [
    107,
    "INELIGIBLE_REPLICA",
    false,
    "A replica that should be in sync must not be: it is down or shutting down.",
  ],
  [108, "NEW_LEADER_ELECTED", false, "The change was made, and the partition has a new leader by it."],
  [
    109,
    "OFFSET_MOVED_TO_TIERED_STORAGE",
    false,
    "The offset is no longer local: it has been moved to remote storage.",
  ],
  [110, "FENCED_MEMBER_EPOCH", false, "The member is out of its group: drop all partitions and join again."],
  [111, "UNRELEASED_INSTANCE_ID", false, "The member that has this instance id has not left yet."],
  [112, "UNSUPPORTED_ASSIGNOR", false, "The group cannot use that assignor, or not its version."],
  [113, "STALE_MEMBER_EPOCH", false, "The member has not heard of its latest epoch yet: heartbeat first."],
  [
    114,
    "MISMATCHED_ENDPOINT_TYPE",
    false,
    "The request went to a broker instead of a controller, or the other way.",
  ],
  [115, "UNSUPPORTED_ENDPOINT_TYPE", false, "Endpoints of that type are not supported."],
  [116, "UNKNOWN_CONTROLLER_ID", false, "There is no controller with that id."],
  [
    117,
    "UNKNOWN_SUBSCRIPTION_ID",
    false,
    "The client's telemetry subscription has changed: ask for it anew.",
  ],
  [118, "TELEMETRY_TOO_LARGE", false, "The client sent more telemetry at once than the broker takes."],
  [119, "INVALID_REGISTRATION", false, "The controller refuses what a broker registers with."],
  [
    120,
    "TRANSACTION_ABORTABLE",
    false,
    "The transaction has failed, but the producer may abort it and go on.",
  ],
  [121, "INVALID_RECORD_STATE", false, "A record cannot be acknowledged: it is not, or no longer, acquired."],
  [122, "SHARE_SESSION_NOT_FOUND", true, "The broker has dropped the share session: start a new one."],
  [
    123,
    "INVALID_SHARE_SESSION_EPOCH",
    true,
    "The request does not follow the last one of its share session.",
  ],
  [124, "FENCED_STATE_EPOCH", false, "The share group's state has moved on to a newer epoch."],
  [125, "INVALID_VOTER_KEY", false, "The request is meant for a voter with another id or directory."],
  [126, "DUPLICATE_VOTER", false, "The node is a voter already."],
  [127, "VOTER_NOT_FOUND", false, "The node is not a voter."],
  [128, "INVALID_REGULAR_EXPRESSION", false, "The broker cannot compile the pattern."],
  [
    129,
    "REBOOTSTRAP_REQUIRED",
    false,
    "What the client knows is too old: start again at the bootstrap servers.",
  ],
  [130, "STREAMS_INVALID_TOPOLOGY", false, "The broker refuses the streams topology."],
  [131, "STREAMS_INVALID_TOPOLOGY_EPOCH", false, "The streams topology has an epoch that cannot be."],
  [132, "STREAMS_TOPOLOGY_FENCED", false, "The group has a newer streams topology."],
  [133, "SHARE_SESSION_LIMIT_REACHED", true, "The broker has no room for another share session."],
] as const;

/** Kafka's name of an error code. */
export type KafkaErrorName = (typeof rows)[number][1];

/** All error codes, in the order of their codes. */
export const kafkaErrors: readonly KafkaErrorCode[] = rows.map(([code, name, retriable, description]) =>
  Object.freeze({ known: true, code, name, retriable, description }),
);

const byName: ReadonlyMap<string, KafkaErrorCode> = new Map(kafkaErrors.map((error) => [error.name, error]));

/** Codes begin at -1 and have no gap. */
const firstCode = -1;

/** The error with this code. */
export function kafkaErrorOf(code: number): KafkaErrorCode | UnknownErrorCode {
  return (
    kafkaErrors[code - firstCode] ?? {
      known: false,
      code,
      name: "UNKNOWN",
      retriable: false,
      description: `Error code ${code}, which is not known here.`,
    }
  );
}

/** The error with this name, e.g. `NOT_LEADER_OR_FOLLOWER`. */
export function kafkaErrorNamed(name: KafkaErrorName): KafkaErrorCode;
export function kafkaErrorNamed(name: string): KafkaErrorCode | undefined;
export function kafkaErrorNamed(name: string): KafkaErrorCode | undefined {
  return byName.get(name);
}
