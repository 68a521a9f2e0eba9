/** What clients do next about errors that pass by themselves: of Java's client, and those like it. */
const reactions: Readonly<Record<string, string>> = {
  NOT_LEADER_OR_FOLLOWER: "client asks for metadata, then the new leader",
  LEADER_NOT_AVAILABLE: "client asks for metadata until there is a leader",
  UNKNOWN_TOPIC_OR_PARTITION: "client asks for metadata, then again",
  UNKNOWN_TOPIC_ID: "client asks for metadata, then again with the new id",
  INCONSISTENT_TOPIC_ID: "client asks for metadata, then again with the new id",
  FENCED_LEADER_EPOCH: "client asks for metadata, then the new leader",
  UNKNOWN_LEADER_EPOCH: "client asks again: the broker is behind",
  OFFSET_NOT_AVAILABLE: "client asks again: the leader is new",
  NOT_COORDINATOR: "client looks for the coordinator, then asks that",
  COORDINATOR_NOT_AVAILABLE: "client looks for the coordinator again",
  COORDINATOR_LOAD_IN_PROGRESS: "client asks again until the coordinator has read its state",
  NOT_CONTROLLER: "client asks for metadata, then the new controller",
  NOT_ENOUGH_REPLICAS: "client sends the batch again",
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: "client sends the batch again",
  CORRUPT_MESSAGE: "client sends the batch again",
  REQUEST_TIMED_OUT: "client asks again",
  NETWORK_EXCEPTION: "client connects and asks again",
  CONCURRENT_TRANSACTIONS: "client asks again: a transaction is ending",
  FETCH_SESSION_ID_NOT_FOUND: "client begins a new fetch session",
  INVALID_FETCH_SESSION_EPOCH: "client begins a new fetch session",
  KAFKA_STORAGE_ERROR: "client asks for metadata, then again",
  THROTTLING_QUOTA_EXCEEDED: "client waits as long as it was told, then asks again",
};

/** Undefined for an error that is the end of it, or that nobody knows. */
export function reactionTo(error: string): string | undefined {
  return Object.hasOwn(reactions, error) ? reactions[error] : undefined;
}
