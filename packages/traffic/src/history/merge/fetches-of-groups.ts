import type { EdgeState, GroupState } from "../../state/state.ts";
import { key } from "../keys.ts";

/**
 * The group of fetches that one process saw, and whose member another one did: a consumer fetches and
 * tells of its group on connections of their own. What is of no group, or of a client in several, is
 * left as it is.
 */
export function fetchesOfGroups(
  edges: readonly EdgeState[],
  groups: readonly GroupState[],
): readonly EdgeState[] {
  const groupsOf = new Map<string, Set<string>>();
  for (const { listener, group, clients } of groups) {
    for (const client of clients) {
      const reader = key(listener, client);
      groupsOf.set(reader, (groupsOf.get(reader) ?? new Set()).add(group));
    }
  }
  return edges.map((edge) => {
    if (edge.op !== "fetch" || edge.toKind !== "client") return edge;
    const [group, another] = groupsOf.get(key(edge.listener, edge.to)) ?? [];
    return group === undefined || another !== undefined ? edge : { ...edge, to: group, toKind: "group" };
  });
}
