import type { AdviceTable } from "../error-advice.ts";

/** Errors of finding and reading partitions. */
export const topicAdvice: AdviceTable = {
  OFFSET_OUT_OF_RANGE: {
    means:
      "A fetch asked for an offset that retention has deleted, or for one that was never written: the consumer was away longer than the records are kept, or the topic was made anew.",
    clients:
      "start again where auto.offset.reset says (earliest, latest), or fail where it is none. With latest, what lies between is skipped without a word.",
    look: [
      "the consumer's lag in time against retention.ms and retention.bytes of the topic",
      "whether the topic was deleted and made again under its name",
      "unclean leader elections: they shorten a log",
    ],
  },
  CORRUPT_MESSAGE: {
    means:
      "The checksum of a batch does not fit its bytes, or a record without a key went to a compacted topic.",
    clients: "send the batch again; a consumer that reads it from the log fails at that offset each time.",
    look: [
      "records without a key, where the topic has cleanup.policy=compact",
      "whatever changes records between client and broker: a proxy, a faulty network card",
      "the broker's disk, where one partition fails always at the same offset",
    ],
  },
  UNKNOWN_TOPIC_OR_PARTITION: {
    means:
      "The broker has no such topic or partition: it does not exist, was deleted, is so new that this broker has not heard of it, or its replica has moved away. Who may not describe a topic is told this too.",
    clients:
      "ask for metadata anew and try again until their timeout; then the application gets it. Consumers keep waiting for the topic.",
    look: [
      "the spelling of the topic, and whether it exists: kcat -b HOST:PORT -L -t TOPIC",
      "auto.create.topics.enable at the broker, allow.auto.create.topics at the consumer",
      "the principal's right to DESCRIBE the topic",
      "a client that is connected to another cluster than it thinks: pagoda check",
    ],
  },
  LEADER_NOT_AVAILABLE: {
    means: "The partition exists and nobody leads it now: it is new, or the broker that led it just went.",
    clients: "ask for metadata anew after retry.backoff.ms until there is a leader.",
    look: [
      "nothing, right after a topic was made",
      "brokers that are down: a partition whose in-sync replicas are all away has no leader",
      "the controller: it elects leaders",
    ],
  },
  NOT_LEADER_OR_FOLLOWER: {
    means:
      "The client asked a broker that does not lead the partition any more. Leaders move when brokers restart, partitions are reassigned, or preferred leaders are elected. A few are normal then.",
    clients:
      "ask for metadata anew and send the request to the new leader. Nothing is lost: a producer sends the batch again.",
    look: [
      "restarts and reassignments at that time",
      "clients that do not stop: their metadata is stale, or what they are told as the leader is another broker (an advertised listener, a proxy or a load balancer that sends them elsewhere): pagoda check",
      "a leader that moves all the time: look for a broker that loses its controller or its disk",
    ],
  },
  REQUEST_TIMED_OUT: {
    means:
      "The broker did not get the request done in the time that the client gave it: mostly acks=all while followers are slow, or an admin request while the controller is busy.",
    clients: "try again. A producer without idempotence may then have written twice.",
    look: [
      "followers that lag: under-replicated partitions, a full disk or network",
      "request.timeout.ms and the timeout in the request",
      "the broker's own times: its purgatory and its request queue",
    ],
  },
  BROKER_NOT_AVAILABLE: {
    means: "The node that should be told about is not up, or not known where it was asked for.",
    clients: "hand it on; most ask for metadata anew on their own.",
    look: [
      "which brokers the cluster has registered",
      "listeners: a broker without the one that was asked through is not known there",
    ],
  },
  REPLICA_NOT_AVAILABLE: {
    means: "A replica is not up. In metadata it is a note beside a partition that works.",
    clients: "pass over it in metadata; a consumer that reads from a follower goes back to the leader.",
    look: ["brokers that are down", "a reassignment under way"],
  },
  INVALID_FETCH_SIZE: {
    means: "The client asked for a number of bytes that cannot be.",
    clients: "fail.",
    look: ["max.partition.fetch.bytes, fetch.max.bytes: a client's configuration or a bug of it"],
  },
  NETWORK_EXCEPTION: {
    means:
      "The connection ended before the answer came. Brokers seldom say it: clients put it down themselves.",
    clients: "connect again and try again.",
    look: [
      "what ends connections: a broker's restart, connections.max.idle.ms, a firewall or balancer that drops idle ones",
      "a client that speaks plain text to a TLS port, or skips the login: pagoda check",
    ],
  },
  INVALID_TOPIC_EXCEPTION: {
    means:
      "The name is empty, longer than 249 characters, has characters beyond letters, digits, dot, underscore and hyphen, or collides with another where dots and underscores are the same; or the topic is internal.",
    clients: "fail at once.",
    look: [
      "the name as it is sent, with blanks and quotes: pagoda tap",
      "writes to __consumer_offsets and its like",
    ],
  },
  KAFKA_STORAGE_ERROR: {
    means: "The broker could not read or write the log's directory and has taken it out of service.",
    clients: "ask for metadata anew: another replica takes over.",
    look: ["the broker's log for the directory and the reason", "disks: full, read-only, failing"],
  },
  FETCH_SESSION_ID_NOT_FOUND: {
    means:
      "The broker has dropped the session in which the client only tells what changed since its last fetch (KIP-227): it keeps a limited number.",
    clients: "begin a new session with a full fetch. Nothing is lost.",
    look: [
      "often: more sessions than max.incremental.fetch.session.cache.slots",
      "something that sends one client's fetches to several brokers",
    ],
  },
  INVALID_FETCH_SESSION_EPOCH: {
    means: "A fetch does not follow the one before it in its session: one was lost or came twice.",
    clients: "begin a new session with a full fetch.",
    look: ["connections that break off", "something between that answers or repeats fetches by itself"],
  },
  LISTENER_NOT_FOUND: {
    means:
      "The leader has no listener of the kind that the client asked through: brokers are not configured alike.",
    clients: "try again, in vain until the configuration is mended.",
    look: ["listeners and advertised.listeners of every broker: each name has to be at each of them"],
  },
  FENCED_LEADER_EPOCH: {
    means: "The client speaks of an older term of the partition's leader than the broker knows.",
    clients: "ask for metadata anew and go on; a consumer checks whether its offset still holds.",
    look: ["elections at that time; a few are normal"],
  },
  UNKNOWN_LEADER_EPOCH: {
    means: "The client knows of a newer leader than the broker it asks: the broker is behind.",
    clients: "try again after a pause.",
    look: ["a broker that does not hear from the controller"],
  },
  OFFSET_NOT_AVAILABLE: {
    means: "A new leader does not know yet how far its log is replicated.",
    clients: "try again after a pause.",
    look: ["followers that do not catch up, if it stays"],
  },
  UNKNOWN_TOPIC_ID: {
    means:
      "No topic has that id here: it was deleted, perhaps made again under its name, or the broker has not heard of it yet.",
    clients: "ask for metadata anew and take the new id.",
    look: ["topics that were made again", "two clusters behind one address: pagoda check"],
  },
  INCONSISTENT_TOPIC_ID: {
    means: "The topic of that name has another id than the request says: it was made again.",
    clients: "ask for metadata anew.",
    look: ["topics that were deleted and made again"],
  },
  FETCH_SESSION_TOPIC_ID_ERROR: {
    means: "A fetch session went on by name where it began by id, or the other way: brokers of two versions.",
    clients: "begin a new session.",
    look: ["an upgrade under way"],
  },
  OFFSET_MOVED_TO_TIERED_STORAGE: {
    means: "A follower asked for records that are in remote storage only.",
    clients: "do not get it: it is for replicas, which begin at the local log.",
    look: ["remote.log.* of the topic"],
  },
  REBOOTSTRAP_REQUIRED: {
    means: "What the client knows of the cluster leads nowhere any more (KIP-1102).",
    clients: "forget the brokers they know and ask the bootstrap servers again.",
    look: ["bootstrap servers in the client's configuration that are gone"],
  },
};
