import type { GroupMemberState, GroupPartitionState, GroupState } from "../../state/state.ts";
import { added, united, uniteBy } from "./unite.ts";

/** As many as `GroupState` says of both lists. */
const maxListed = 200;
const maxClients = 100;

/** Processes hear of the same rebalance at different times, each from its own members. */
const sameRebalanceMs = 3_000;

/** What most says that something is going on. */
const states = ["PreparingRebalance", "CompletingRebalance", "Stable", "Empty", "Unknown"] as const;
const protocols = ["consumer", "share", "classic", "simple"] as const;

/** One group whose members are connected to several processes. */
export function mergeGroups(one: GroupState, other: GroupState): GroupState {
  return {
    listener: one.listener,
    group: one.group,
    state: foremost(states, one.state, other.state),
    protocol: foremost(protocols, one.protocol, other.protocol),
    members: uniteBy([one.members, other.members], ({ memberId }) => memberId, mergeMembers),
    clients: united(one.clients, other.clients, maxClients),
    partitions: uniteBy(
      [one.partitions, other.partitions],
      ({ topic, partition }) => `${partition} ${topic}`,
      mergePartitions,
    ),
    ...added(one, other, ["commits", "failedCommits"]),
    rebalances: added(one.rebalances, other.rebalances, ["join", "leave", "session_timeout", "error"]),
    rebalancedMs: mergeRebalances(one.rebalancedMs, other.rebalancedMs),
    ambiguous: lesser(one.ambiguous, other.ambiguous),
    timeline: [...one.timeline, ...other.timeline].toSorted((a, b) => a.atMs - b.atMs).slice(-maxListed),
  };
}

function mergeMembers(one: GroupMemberState, other: GroupMemberState): GroupMemberState {
  const newer = one.seenMs >= other.seenMs ? one : other;
  return { ...newer, joinedMs: Math.min(one.joinedMs, other.joinedMs) };
}

/** The position committed last: an offset may be set back. */
function mergePartitions(one: GroupPartitionState, other: GroupPartitionState): GroupPartitionState {
  const later = one.committedMs - other.committedMs || one.committed - other.committed;
  return { ...(later >= 0 ? one : other), recordMs: Math.max(one.recordMs, other.recordMs) };
}

/** Both lists as one, by time; what both saw of one rebalance is there once. */
function mergeRebalances(
  one: GroupState["rebalancedMs"],
  other: GroupState["rebalancedMs"],
): GroupState["rebalancedMs"] {
  const all = [
    ...one.map((event) => ({ event, seen: one })),
    ...other.map((event) => ({ event, seen: other })),
  ];
  const kept: typeof all = [];
  for (const next of all.toSorted((a, b) => a.event.at - b.event.at)) {
    const last = kept.at(-1);
    const same =
      last !== undefined && last.seen !== next.seen && next.event.at - last.event.at <= sameRebalanceMs;
    if (!same) kept.push(next);
  }
  return kept.map(({ event }) => event).slice(-maxListed);
}

function foremost<Name extends string>(order: readonly Name[], one: Name, other: Name): Name {
  return order.indexOf(one) <= order.indexOf(other) ? one : other;
}

/** The one that sorts first, so that who is merged first does not matter. */
function lesser(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return one <= other ? one : other;
}
