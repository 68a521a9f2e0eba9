import type { TrafficState } from "../../state/state.ts";
import { keyOf } from "../keys.ts";
import { fetchesOfGroups } from "./fetches-of-groups.ts";
import { mergeGroups } from "./merge-groups.ts";
import {
  mergeApis,
  mergeBrokers,
  mergeClients,
  mergeEdges,
  mergeListeners,
  mergeTopics,
} from "./merge-rows.ts";
import { uniteBy } from "./unite.ts";

/**
 * What several processes saw as if one had seen it: counts are added, of positions the furthest is
 * taken, lists are united. Who comes first does not matter, but to the order of rows. Of no states, an
 * empty one at time 0 is made.
 */
export function mergeStates(states: readonly TrafficState[]): TrafficState {
  const [first] = states;
  if (first !== undefined && states.length === 1) return first;
  const groups = uniteBy(of(states, "groups"), keyOf.group, mergeGroups);
  const edges = of(states, "edges").map((those) => fetchesOfGroups(those, groups));
  return {
    atMs: states.reduce((latest, { atMs }) => Math.max(latest, atMs), 0),
    startedMs: states.reduce(
      (earliest, { startedMs }) => Math.min(earliest, startedMs),
      first?.startedMs ?? 0,
    ),
    listeners: uniteBy(of(states, "listeners"), keyOf.listener, mergeListeners),
    apis: uniteBy(of(states, "apis"), keyOf.api, mergeApis),
    topics: uniteBy(of(states, "topics"), keyOf.topic, mergeTopics),
    clients: uniteBy(of(states, "clients"), keyOf.client, mergeClients),
    brokers: uniteBy(of(states, "brokers"), keyOf.broker, mergeBrokers),
    edges: uniteBy(edges, keyOf.edge, mergeEdges),
    groups,
  };
}

function of<Name extends keyof TrafficState>(
  states: readonly TrafficState[],
  name: Name,
): readonly TrafficState[Name][] {
  return states.map((state) => state[name]);
}
