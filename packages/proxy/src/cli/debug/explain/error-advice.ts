import type { KafkaErrorCode, KafkaErrorName } from "@pagoda/kafka/protocol";

import { clusterAdvice } from "./advice/cluster.ts";
import { groupAdvice } from "./advice/groups.ts";
import { topicAdvice } from "./advice/topics.ts";
import { writeAdvice } from "./advice/writes.ts";

/** What a person should know of an error beyond its name. */
export interface ErrorAdvice {
  /** How it comes about. */
  readonly means: string;
  /** What clients do when they get it. */
  readonly clients: string;
  /** What to look at, the likeliest first. */
  readonly look: readonly string[];
}

/** Advice for some errors. */
export type AdviceTable = { readonly [Name in KafkaErrorName]?: ErrorAdvice };

const written: AdviceTable = { ...topicAdvice, ...writeAdvice, ...groupAdvice, ...clusterAdvice };

/** The errors that advice was written for; the others get a sentence made of their class. */
export const advisedErrors: readonly string[] = Object.keys(written);

/** What to know of an error: written for those that people meet, made of its class for the others. */
export function adviceOn(error: KafkaErrorCode): ErrorAdvice {
  return written[error.name] ?? generic(error);
}

/** Whom an error is about, by its name: the first that fits. */
const classes: readonly (readonly [name: RegExp, means: string, look: string])[] = [
  [
    /DELEGATION_TOKEN/,
    "It is about delegation tokens, which admin clients make and clients log in with.",
    "the token's owner and times: kafka-delegation-tokens --describe",
  ],
  [
    /SHARE|STATE_EPOCH|RECORD_STATE/,
    "It is about share groups (KIP-932), whose members take records one by one.",
    "the broker's log at that time, and the share group's state: kafka-share-groups --describe",
  ],
  [
    /STREAMS/,
    "It is about Kafka Streams groups (KIP-1071), which tell the broker their topology.",
    "whether all instances of the application run the same version of it",
  ],
  [
    /TELEMETRY|SUBSCRIPTION_ID/,
    "It is about metrics that clients push to brokers (KIP-714). Records are not touched by it.",
    "the client's log, if it is there all the time: enable.metrics.push=false turns the pushing off",
  ],
  [
    /VOTER|SNAPSHOT|POSITION|CONTROLLER|ENDPOINT_TYPE|REGISTR|BROKER_EPOCH|COORDINATOR_FENCED|INELIGIBLE|ENVELOPE|PRINCIPAL_DESER/,
    "Brokers and controllers say it among themselves, or to a tool that administers them.",
    "the logs of the controllers: kafka-metadata-quorum describe --status tells which leads",
  ],
  [
    /REASSIGNMENT|ELECTION|LEADERS_NOT_AVAILABLE|PREFERRED|LOG_DIR|NEW_LEADER/,
    "It answers a tool that moves partitions or elects leaders.",
    "the state of the partition: kafka-topics --describe",
  ],
  [
    /FEATURE|UPDATE_VERSION|RESOURCE|CREDENTIAL|PARTITIONS|REPLICATION|ASSIGNMENT|CONFIG|POLICY|SECURITY|DELETION|PRINCIPAL_TYPE|NO_REASS/,
    "It answers a tool that administers the cluster: what it asked for is refused.",
    "the words that come with the error: they say which value is refused",
  ],
];

const anyClass = [
  "It is seldom met. The broker says it about one request, and its log says more.",
  "the broker's log at the time of the error",
] as const;

function generic({ name, retriable }: KafkaErrorCode): ErrorAdvice {
  const [, means, look] = classes.find(([pattern]) => pattern.test(name)) ?? [undefined, ...anyClass];
  const clients = retriable
    ? "try again by themselves, after a pause; the application sees it only when that goes on for too long."
    : "do not try again: the request would fail the same way, so the application gets the error.";
  return { means, clients, look: [look] };
}
