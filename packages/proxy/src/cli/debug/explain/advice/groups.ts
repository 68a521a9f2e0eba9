import type { AdviceTable } from "../error-advice.ts";

/** Errors of consumer groups and their coordinators. */
export const groupAdvice: AdviceTable = {
  OFFSET_METADATA_TOO_LARGE: {
    means: "The text that is committed beside an offset is longer than offset.metadata.max.bytes.",
    clients: "fail the commit.",
    look: ["what the application puts into a commit's metadata"],
  },
  COORDINATOR_LOAD_IN_PROGRESS: {
    means:
      "A broker has just become the coordinator and reads the group's or transaction's state from its log.",
    clients: "try again after a pause.",
    look: [
      "restarts of brokers at that time",
      "if it takes minutes: the size of __consumer_offsets and whether it is compacted",
    ],
  },
  COORDINATOR_NOT_AVAILABLE: {
    means:
      "No broker coordinates the group or transaction now: the partition of __consumer_offsets or __transaction_state that it belongs to has no leader, or the topic cannot be made.",
    clients: "look for the coordinator again after a pause.",
    look: [
      "the internal topic: its replication factor cannot be above the number of brokers (offsets.topic.replication.factor)",
      "brokers that are down",
    ],
  },
  NOT_COORDINATOR: {
    means: "Another broker coordinates the group or transaction by now.",
    clients: "look for the coordinator again and go there. Commits are sent again.",
    look: [
      "restarts at that time",
      "a proxy or balancer that sends a client to another broker than it asked",
    ],
  },
  ILLEGAL_GENERATION: {
    means: "The member speaks of a generation of its group that is over: it missed a rebalance.",
    clients: "join again; offsets that could not be committed are read again.",
    look: [
      "processing that takes longer than max.poll.interval.ms",
      "commits after a rebalance: commit when partitions are revoked",
    ],
  },
  INCONSISTENT_GROUP_PROTOCOL: {
    means:
      "The member shares no assignor with the rest of its group, or is of another kind (Connect and a consumer).",
    clients: "fail.",
    look: [
      "partition.assignment.strategy of all members; change it in two steps",
      "two applications with one group.id",
    ],
  },
  INVALID_GROUP_ID: {
    means: "The group id is empty, or not allowed.",
    clients: "fail.",
    look: ["group.id of the consumer: commits need one"],
  },
  UNKNOWN_MEMBER_ID: {
    means: "The coordinator does not know the member (any more): it was put out for silence, or has left.",
    clients: "join as a new member.",
    look: [
      "processing longer than max.poll.interval.ms, pauses longer than session.timeout.ms (garbage collection, a stopped container)",
      "several consumers that share one member id: static members with one group.instance.id",
    ],
  },
  INVALID_SESSION_TIMEOUT: {
    means: "session.timeout.ms is outside what the broker allows.",
    clients: "fail at once.",
    look: ["group.min.session.timeout.ms and group.max.session.timeout.ms of the broker"],
  },
  REBALANCE_IN_PROGRESS: {
    means:
      "Members have come or gone and the group shares its partitions out again. Once at a restart is normal; all the time is not.",
    clients: "join again. A commit that comes now fails, and its records are read again.",
    look: [
      "members that leave and come back: crashes, max.poll.interval.ms",
      "static membership (group.instance.id) and cooperative assignors, for restarts without a stop",
      "pagoda stat groups: who joined last",
    ],
  },
  INVALID_COMMIT_OFFSET_SIZE: {
    means: "The commit is bigger than the log of offsets takes.",
    clients: "fail the commit.",
    look: ["the number of partitions in one commit, and max.message.bytes of __consumer_offsets"],
  },
  GROUP_AUTHORIZATION_FAILED: {
    means: "The principal may not use that group.",
    clients: "fail at once.",
    look: ["ACLs: READ on the group", "who the client logs in as, and how its group.id is spelt"],
  },
  NON_EMPTY_GROUP: {
    means: "A group is deleted, or its offsets are set, while it has members.",
    clients: "hand it to the tool that asked.",
    look: ["members that still run: kafka-consumer-groups --describe --members"],
  },
  GROUP_ID_NOT_FOUND: {
    means: "There is no such group: it never committed, has expired, or is of another kind.",
    clients: "hand it to the tool that asked.",
    look: ["the spelling of the id", "offsets.retention.minutes (7 days) after the last member left"],
  },
  MEMBER_ID_REQUIRED: {
    means:
      "A part of every join: the coordinator gives the new member its id, to join with once more. It is no fault.",
    clients: "join again with the id.",
    look: ["nothing, unless it repeats for one client: then it forgets the id"],
  },
  GROUP_MAX_SIZE_REACHED: {
    means: "The group has as many members as group.max.size allows.",
    clients: "fail.",
    look: ["more members than partitions are of no use anyway"],
  },
  FENCED_INSTANCE_ID: {
    means: "Another consumer joined with the same group.instance.id: the older one is shut out.",
    clients: "fail: the application has to end.",
    look: ["two instances with one group.instance.id, often a copied configuration"],
  },
  FENCED_MEMBER_EPOCH: {
    means: "In the newer group protocol (KIP-848): the coordinator has moved on without the member.",
    clients: "give up their partitions and join again with epoch 0.",
    look: ["processing longer than max.poll.interval.ms; pauses longer than the broker's session timeout"],
  },
  STALE_MEMBER_EPOCH: {
    means:
      "In the newer group protocol: a commit or fetch of offsets came with an epoch that has just been replaced.",
    clients: "wait for the next heartbeat and try again.",
    look: ["nothing, unless it stays"],
  },
  UNRELEASED_INSTANCE_ID: {
    means: "A static member has not left yet and another wants its group.instance.id.",
    clients: "fail.",
    look: ["two instances with one group.instance.id"],
  },
  UNSUPPORTED_ASSIGNOR: {
    means: "The coordinator has no assignor of that name.",
    clients: "fail.",
    look: ["group.remote.assignor of the consumer, group.consumer.assignors of the broker"],
  },
  GROUP_SUBSCRIBED_TO_TOPIC: {
    means: "Offsets of a topic are deleted while the group reads it.",
    clients: "hand it to the tool that asked.",
    look: ["members that still run"],
  },
};
