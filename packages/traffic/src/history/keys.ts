import type {
  ApiState,
  BrokerState,
  ClientState,
  EdgeState,
  GroupState,
  ListenerState,
  TopicState,
} from "../state/state.ts";

/** What tells the rows of each list of a state apart. Names of clients may hold anything but a NUL. */
export const keyOf = {
  listener: ({ listener }: ListenerState): string => listener,
  api: ({ listener, api, client }: ApiState): string => `${listener}\0${api}\0${client}`,
  topic: ({ listener, topic }: Pick<TopicState, "listener" | "topic">): string => `${listener}\0${topic}`,
  client: ({ listener, client }: ClientState): string => `${listener}\0${client}`,
  broker: ({ listener, nodeId }: BrokerState): string => `${listener}\0${nodeId}`,
  edge: ({ listener, op, fromKind, from, toKind, to }: EdgeState): string =>
    `${listener}\0${op}\0${fromKind}\0${from}\0${toKind}\0${to}`,
  group: ({ listener, group }: GroupState): string => `${listener}\0${group}`,
};

/** Parts as one key. */
export function key(...parts: readonly (string | number)[]): string {
  return parts.join("\0");
}
