import type { AdviceTable } from "../error-advice.ts";

/** Errors of logins, rights, versions, and administration. */
export const clusterAdvice: AdviceTable = {
  UNKNOWN_SERVER_ERROR: {
    means:
      "Something in the broker failed that it has no code for. A proxy answers with it as well when it has no better one.",
    clients: "hand it to the application; a few try again.",
    look: ["the broker's log at that time, for an exception", "the proxy's log, where one is between"],
  },
  NONE: {
    means: "It is the code of an answer that went well.",
    clients: "go on.",
    look: ["nothing"],
  },
  TOPIC_AUTHORIZATION_FAILED: {
    means: "The principal may not read, write or describe the topic.",
    clients: "fail at once; consumers go on with the other topics only if the application lets them.",
    look: [
      "ACLs: READ for consumers, WRITE for producers, DESCRIBE for both: kafka-acls --list --topic TOPIC",
      "who the client logs in as: behind a proxy that logs in by itself it is the proxy's user",
      "a policy of the proxy that denies it",
    ],
  },
  CLUSTER_AUTHORIZATION_FAILED: {
    means:
      "The principal may not do this to the cluster; for a producer: idempotent writes on brokers before 2.8.",
    clients: "fail at once.",
    look: ["ACLs on the cluster: ALTER, DESCRIBE, IDEMPOTENT_WRITE, CLUSTER_ACTION", "a policy of the proxy"],
  },
  UNSUPPORTED_SASL_MECHANISM: {
    means: "The listener does not offer the mechanism that the client wants to log in by.",
    clients: "fail.",
    look: [
      "sasl.mechanism of the client against sasl.enabled.mechanisms of the listener: pagoda check lists what it offers",
    ],
  },
  ILLEGAL_SASL_STATE: {
    means:
      "A request came before the login, or a login where there is none: the listener is one without SASL, or the client has left it out.",
    clients: "fail and close.",
    look: ["security.protocol of the client against the listener's", "the port: each listener has one"],
  },
  UNSUPPORTED_VERSION: {
    means:
      "The broker does not know that version of the request: the client is newer, or much older (Kafka 4 has dropped old versions), or did not ask what there is.",
    clients: "choose a version by ApiVersions; for that request itself they begin again with version 0.",
    look: [
      "client and broker versions: pagoda check says what the broker is",
      "clients older than 2.1 before Kafka 4",
      "feature levels: some APIs need metadata.version or group.version to be raised",
    ],
  },
  TOPIC_ALREADY_EXISTS: {
    means: "A topic of that name exists, or is still being deleted.",
    clients: "hand it to the application; most take it for done.",
    look: ["two instances that make the topic at once: harmless"],
  },
  INVALID_PARTITIONS: {
    means: "The number of partitions is below one, or below what the topic has: it can only grow.",
    clients: "fail.",
    look: ["the number asked for, and what the topic has"],
  },
  INVALID_REPLICATION_FACTOR: {
    means: "More replicas are wanted than there are brokers, or none.",
    clients: "fail. Where it is an internal topic, groups or transactions do not start.",
    look: [
      "the number of brokers that are up",
      "default.replication.factor, offsets.topic.replication.factor, transaction.state.log.replication.factor",
    ],
  },
  INVALID_CONFIG: {
    means: "A configuration value is refused.",
    clients: "fail.",
    look: ["the words that come with the error name key and value"],
  },
  NOT_CONTROLLER: {
    means: "The node asked is not the controller (any more).",
    clients: "look for the controller again and go there.",
    look: ["controllers that change often: their logs and the network between them"],
  },
  INVALID_REQUEST: {
    means: "The broker understood the bytes and not the sense: fields contradict each other.",
    clients: "fail.",
    look: [
      "the words that come with the error, and the broker's log",
      "whatever writes requests by itself: a client of one's own, a layer of a proxy (pagoda tap, pagoda decode)",
    ],
  },
  POLICY_VIOLATION: {
    means:
      "A policy refuses it: create.topic.policy.class.name and its like, a managed cluster's limits, or a proxy's.",
    clients: "fail.",
    look: ["the words that come with the error", "who runs the cluster"],
  },
  SECURITY_DISABLED: {
    means: "ACLs are asked for at a cluster without an authorizer.",
    clients: "fail.",
    look: ["authorizer.class.name of the brokers"],
  },
  SASL_AUTHENTICATION_FAILED: {
    means:
      "The broker does not take the credentials: wrong user or password, an expired token, a mechanism without that user.",
    clients: "fail and close; some try again in a loop.",
    look: [
      "user and password, and blanks or line ends in a password file",
      "SCRAM users are made for each mechanism: kafka-configs --describe --entity-type users",
      "clocks, where tokens are used",
      "the broker's log: clients are told no details",
    ],
  },
  REASSIGNMENT_IN_PROGRESS: {
    means: "The partition is being moved, and only one move at a time may go on.",
    clients: "hand it to the tool that asked.",
    look: ["kafka-reassign-partitions --list"],
  },
  THROTTLING_QUOTA_EXCEEDED: {
    means: "A quota for changes (topics made and deleted, partitions added) is used up for now.",
    clients: "wait as long as the answer says and try again.",
    look: ["controller_mutation_rate quotas: kafka-configs --describe --entity-type clients"],
  },
  INCONSISTENT_CLUSTER_ID: {
    means: "A node or client of another cluster asks here: an address leads to the wrong one.",
    clients: "fail.",
    look: [
      "addresses that two clusters share, DNS, balancers: pagoda check",
      "a data directory copied from another cluster",
    ],
  },
  DELEGATION_TOKEN_EXPIRED: {
    means: "The token was not renewed in time, or has reached its end.",
    clients: "fail to log in.",
    look: ["who renews it, and max.lifetime of tokens"],
  },
};
