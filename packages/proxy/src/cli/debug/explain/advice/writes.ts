import type { AdviceTable } from "../error-advice.ts";

/** Errors of producing, with transactions. */
export const writeAdvice: AdviceTable = {
  MESSAGE_TOO_LARGE: {
    means: "A batch is bigger than max.message.bytes of the topic, or message.max.bytes of the broker.",
    clients: "split a batch of several records and try again; a single record that is too big fails.",
    look: [
      "max.message.bytes of the topic, message.max.bytes of the broker, max.request.size of the producer",
      "compression: the limit is for the batch as it is sent",
      "consumers and followers have to be able to fetch what is let in",
    ],
  },
  RECORD_LIST_TOO_LARGE: {
    means: "A batch is bigger than a segment of the log.",
    clients: "fail.",
    look: ["segment.bytes of the topic, batch.size of the producer"],
  },
  NOT_ENOUGH_REPLICAS: {
    means:
      "The producer asks for acks=all and fewer replicas are in sync than min.insync.replicas. Nothing was written.",
    clients: "try again until delivery.timeout.ms.",
    look: [
      "brokers that are down, followers that lag: kafka-topics --describe --under-min-isr-partitions",
      "min.insync.replicas equal to the replication factor: then no broker may be away",
    ],
  },
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: {
    means: "The batch is in the leader's log, and replicas went before they had it.",
    clients: "try again: without idempotence the records may then be there twice.",
    look: ["as for NOT_ENOUGH_REPLICAS", "enable.idempotence"],
  },
  INVALID_REQUIRED_ACKS: {
    means: "Acks is none of all (-1), 1 and 0; or not all, where idempotence needs it.",
    clients: "fail at once.",
    look: ["acks in the producer's configuration"],
  },
  INVALID_TIMESTAMP: {
    means: "A record's timestamp is further from the broker's clock than the topic allows.",
    clients: "fail at once.",
    look: [
      "the clock of the machine that makes the timestamps",
      "seconds or microseconds where milliseconds belong",
      "message.timestamp.before.max.ms and message.timestamp.after.max.ms",
    ],
  },
  INVALID_RECORD: {
    means:
      "A broker's check refuses a record: no key in a compacted topic, a timestamp too far away, a magic that does not fit. Layers of a proxy that check records say it too.",
    clients: "fail at once; newer ones say which record of the batch it was.",
    look: ["the words that come with the error", "cleanup.policy and message.timestamp.* of the topic"],
  },
  UNSUPPORTED_COMPRESSION_TYPE: {
    means:
      "The records are compressed with something that this version of the request cannot carry: zstd in an old one.",
    clients: "fail.",
    look: ["compression.type of topic and producer, and the age of the consumer"],
  },
  UNSUPPORTED_FOR_MESSAGE_FORMAT: {
    means:
      "The log is in an old format that has no place for what is asked: headers, timestamps, transactions.",
    clients: "fail.",
    look: ["message.format.version of the topic, on clusters older than 4.0"],
  },
  OUT_OF_ORDER_SEQUENCE_NUMBER: {
    means:
      "An idempotent producer's batch came with a number that does not follow the last one: a batch before it is missing.",
    clients:
      "try again while batches are under way; then fail, because records may be lost. A transactional one has to abort.",
    look: [
      "something between that drops or reorders batches",
      "two producers with one producer id",
      "records deleted by retention faster than the producer sends (very short retention)",
    ],
  },
  DUPLICATE_SEQUENCE_NUMBER: {
    means:
      "The batch is older than the five that the broker remembers of the producer: it was written before.",
    clients: "take it for written.",
    look: ["slow answers: the producer sent again what had arrived"],
  },
  INVALID_PRODUCER_EPOCH: {
    means:
      "A producer with the same transactional id and a newer epoch has been seen: this one is a leftover.",
    clients: "abort, or end themselves; newer ones get a new epoch and go on.",
    look: [
      "two instances with one transactional.id",
      "transactions that took longer than transaction.timeout.ms: the coordinator fenced them",
    ],
  },
  INVALID_TXN_STATE: {
    means: "A step of a transaction came when it was not its turn, such as an end without a begin.",
    clients: "fail: the producer has to be made anew.",
    look: ["the order of calls in the application", "a producer used by several threads"],
  },
  INVALID_PRODUCER_ID_MAPPING: {
    means: "The coordinator knows another producer id for the transactional id, or none: it has expired.",
    clients: "fail; newer ones ask for a new id and go on.",
    look: ["transactional.id.expiration.ms (7 days) against how long the producer was idle"],
  },
  INVALID_TRANSACTION_TIMEOUT: {
    means: "The producer wants more time for a transaction than transaction.max.timeout.ms of the broker.",
    clients: "fail at once.",
    look: ["transaction.timeout.ms of the producer"],
  },
  CONCURRENT_TRANSACTIONS: {
    means: "The transaction before this one is not finished yet: its markers are being written.",
    clients: "try again after a pause. A few are normal with short transactions.",
    look: ["brokers that are down or slow: markers go to every partition's leader"],
  },
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: {
    means: "The principal may not use that transactional id.",
    clients: "fail at once.",
    look: ["ACLs: WRITE and DESCRIBE on the transactional id", "who the client logs in as"],
  },
  UNKNOWN_PRODUCER_ID: {
    means: "Retention has deleted all records of the producer, and with them what the broker knew of it.",
    clients: "begin anew with a new epoch where that is safe.",
    look: ["retention of the topic against how often the producer writes"],
  },
  PRODUCER_FENCED: {
    means: "A newer producer with the same transactional id has begun. That is how a restart takes over.",
    clients: "end: the application has to close the producer.",
    look: [
      "two instances with one transactional.id",
      "instances that hang and come back after their successor",
    ],
  },
  TRANSACTION_ABORTABLE: {
    means: "The transaction cannot be committed; the producer itself is fine.",
    clients: "have the application abort and begin a new one.",
    look: ["the error before it", "transactions that outlive transaction.timeout.ms"],
  },
  TRANSACTIONAL_ID_NOT_FOUND: {
    means: "The coordinator has no such transactional id: it was never used, or has expired.",
    clients: "hand it to the tool that asked.",
    look: ["the spelling of the id", "transactional.id.expiration.ms"],
  },
  TRANSACTION_COORDINATOR_FENCED: {
    means: "A broker that coordinated the transaction before sends markers after another took over.",
    clients: "do not get it: brokers say it to each other.",
    look: ["elections of __transaction_state at that time"],
  },
  UNSTABLE_OFFSET_COMMIT: {
    means: "Offsets of the group are part of a transaction that is still open.",
    clients: "try again after a pause, so a group starts late.",
    look: ["transactions that hang: kafka-transactions find-hanging"],
  },
};
