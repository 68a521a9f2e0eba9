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
  api: ({ listener, api, client }: ApiState): string => key(listener, api, client),
  topic: ({ listener, topic }: Pick<TopicState, "listener" | "topic">): string => key(listener, topic),
  client: ({ listener, client }: ClientState): string => key(listener, client),
  broker: ({ listener, nodeId }: BrokerState): string => key(listener, nodeId),
  edge: ({ listener, op, fromKind, from, toKind, to }: EdgeState): string =>
    key(listener, op, fromKind, from, toKind, to),
  group: ({ listener, group }: GroupState): string => key(listener, group),
};

/** Parts as one key. */
export function key(...parts: readonly (string | number)[]): string {
  return parts.join("\0");
}
