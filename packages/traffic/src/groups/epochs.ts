import type {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
  ShareGroupHeartbeatRequest,
  ShareGroupHeartbeatResponse,
} from "@pagoda/kafka/protocol";

import { toldOf } from "./group-exchange.ts";
import type { GroupExchange } from "./group-exchange.ts";
import type { Group } from "./group.ts";

type Request = ConsumerGroupHeartbeatRequest | ShareGroupHeartbeatRequest;
type Answer = ConsumerGroupHeartbeatResponse | ShareGroupHeartbeatResponse;

/**
 * The protocols without JoinGroup (KIP-848, KIP-932): all is in heartbeats. A member joins with epoch 0
 * and leaves with one below; whenever the group has changed, the broker moves member by member on to the
 * next epoch, and tells each of its partitions. The group is stable when all are at the same epoch.
 */
export function beat(
  exchange: GroupExchange,
  kind: "consumer" | "share",
  request: Request,
  answer: Answer,
): void {
  const { errorCode } = answer;
  const { groupId, memberEpoch: asked } = request;
  // Before version 1 of ConsumerGroupHeartbeat it is the broker who gives a member its id.
  const memberId = answer.memberId ?? request.memberId;
  const group = errorCode === 0 && asked >= 0 ? exchange.open(groupId) : exchange.known(groupId);
  if (group === undefined) return;
  const told = toldOf(exchange, memberId, errorCode);
  if (asked < 0) {
    group.tell("leave", told);
    if (errorCode === 0) leaves(group, memberId, asked);
    return;
  }
  if (asked === 0) group.tell("join", told);
  else group.tell(errorCode === 0 && answer.assignment !== null ? "sync" : "heartbeat", told);
  if (errorCode !== 0) {
    group.refused(errorCode, memberId);
    return;
  }
  const instanceId = "instanceId" in request ? request.instanceId : null;
  const wasEmpty = group.members.size === 0;
  const wasThere = group.members.get(memberId) !== undefined;
  const member = group.seen({ memberId, kind, origin: exchange.origin, instanceId }, exchange.times.nowMs);
  const { memberEpoch: epoch } = answer;
  // Of a group that was there before this proxy; one that is joined just now has changed.
  if (asked > 0) {
    // Had it timed out, the broker would not know it.
    if (!wasThere) group.rebalances.notBecause("session_timeout");
    group.rebalances.found(asked);
  }
  const { generation } = group.rebalances;
  // An epoch below is that of a member that lags behind, or of a group made anew.
  if (epoch > generation || (epoch < generation && wasEmpty)) {
    group.counted(epoch, told, exchange.times.atMs);
  }
  if (member !== undefined) member.epoch = epoch;
  group.state = isSettled(group) ? "Stable" : "CompletingRebalance";
}

function isSettled({ members, rebalances }: Group): boolean {
  for (const { epoch } of members.values()) if (epoch >= 0 && epoch < rebalances.generation) return false;
  return true;
}

/** A static member that goes away for a while keeps its partitions until its session times out. */
const leavesForAWhile = -2;

function leaves(group: Group, memberId: string, epoch: number): void {
  const member = group.members.get(memberId);
  if (member === undefined || epoch === leavesForAWhile) return;
  group.left(member);
  group.shrunk("leave");
}
