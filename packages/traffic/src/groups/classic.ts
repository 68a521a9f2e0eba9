import type {
  HeartbeatRequest,
  HeartbeatResponse,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupRequest,
  LeaveGroupResponse,
  SyncGroupRequest,
  SyncGroupResponse,
} from "@pagoda/kafka/protocol";

import { toldOf } from "./group-exchange.ts";
import type { GroupExchange } from "./group-exchange.ts";
import type { Group } from "./group.ts";

/**
 * The classic protocol of groups. A broker holds JoinGroup back until all members have asked, and
 * answers all of them with the next generation; it holds SyncGroup back until the leader has said who
 * gets what. In between, heartbeats are answered with REBALANCE_IN_PROGRESS.
 */

const rebalanceInProgress = 27;
const memberIdRequired = 79;

/** A JoinGroup came by, for a group that was seen before. */
export function joinBegan(group: Group, atMs: number): void {
  group.joining += 1;
  if (group.joining > 1) return;
  group.joiningSinceMs = atMs;
  group.stateBefore = group.state;
  group.state = "PreparingRebalance";
}

/** It was answered, or never will be. */
export function joinEnded(group: Group): void {
  group.joining -= 1;
  if (group.joining === 0 && group.state === "PreparingRebalance") group.state = group.stateBefore;
}

/** Whether a broker only gives it a member id to ask again with (KIP-394). */
export function asksForMemberId(version: number, { memberId, groupInstanceId }: JoinGroupRequest): boolean {
  return version >= 4 && memberId === "" && groupInstanceId === null;
}

export function joined(exchange: GroupExchange, request: JoinGroupRequest, answer: JoinGroupResponse): void {
  const { errorCode, generationId, memberId } = answer;
  const accepted = errorCode === 0 || errorCode === memberIdRequired;
  const group = accepted ? exchange.open(request.groupId) : exchange.known(request.groupId);
  if (group === undefined) return;
  const told = toldOf(exchange, memberId === "" ? request.memberId : memberId, errorCode);
  if (errorCode === memberIdRequired) {
    if (group.state === "Unknown") group.state = "Empty";
    return;
  }
  group.tell("join", told);
  if (errorCode !== 0) {
    group.refused(errorCode, request.memberId);
    return;
  }
  const { nowMs, atMs } = exchange.times;
  const { groupInstanceId: instanceId, sessionTimeoutMs } = request;
  const was = group.state;
  const wasEmpty = was === "Empty" || was === "Unknown" || group.members.size === 0;
  group.seen({ memberId, kind: "classic", origin: exchange.origin, instanceId, sessionTimeoutMs }, nowMs);
  if (answer.members.length > 0) dropAllBut(group, answer);
  const { generation } = group.rebalances;
  // An answer of the generation before may come by late; other generations below are a group made anew.
  if (
    generationId > generation ||
    (generationId < generation && (wasEmpty || generationId < generation - 1))
  ) {
    group.counted(generationId, told, group.joining > 0 ? group.joiningSinceMs : atMs);
    group.state = "CompletingRebalance";
    group.stateBefore = "CompletingRebalance";
  } else if (was === "Unknown" || was === "Empty") group.state = "CompletingRebalance";
}

/** The leader is told of all members. */
function dropAllBut(group: Group, { members }: JoinGroupResponse): void {
  const there = new Set(members.map(({ memberId }) => memberId));
  for (const member of group.members.values()) {
    if (member.kind === "classic" && !there.has(member.memberId)) group.left(member);
  }
}

export function synced(exchange: GroupExchange, request: SyncGroupRequest, answer: SyncGroupResponse): void {
  const group = lives(exchange, request, answer.errorCode);
  if (group === undefined) return;
  group.tell("sync", toldOf(exchange, request.memberId, answer.errorCode));
  if (answer.errorCode !== 0) return;
  if (group.joining === 0 && request.generationId === group.rebalances.generation) group.state = "Stable";
}

export function heartbeat(
  exchange: GroupExchange,
  request: HeartbeatRequest,
  answer: HeartbeatResponse,
): void {
  const group = lives(exchange, request, answer.errorCode);
  if (group === undefined) return;
  group.tell("heartbeat", toldOf(exchange, request.memberId, answer.errorCode));
  // It answers so, too, while it waits for the leader's word.
  if (answer.errorCode !== 0 || group.joining > 0 || group.state === "CompletingRebalance") return;
  group.state = "Stable";
}

/** A member of a generation asked for something. */
function lives(
  exchange: GroupExchange,
  request: HeartbeatRequest | SyncGroupRequest,
  errorCode: number,
): Group | undefined {
  const { groupId, memberId, groupInstanceId: instanceId, generationId } = request;
  const group = errorCode === 0 ? exchange.open(groupId) : exchange.known(groupId);
  if (group === undefined) return undefined;
  // Had it timed out, the broker would not know it.
  if (errorCode === 0 && group.members.get(memberId) === undefined) {
    group.rebalances.notBecause("session_timeout");
  }
  if (errorCode === 0 || errorCode === rebalanceInProgress) {
    const { nowMs } = exchange.times;
    group.seen({ memberId, kind: "classic", origin: exchange.origin, instanceId }, nowMs);
    group.rebalances.found(generationId);
  }
  if (errorCode === 0) return group;
  if (errorCode === rebalanceInProgress && group.joining === 0) group.state = "PreparingRebalance";
  else group.refused(errorCode, memberId);
  return group;
}

export function left(
  exchange: GroupExchange,
  version: number,
  request: LeaveGroupRequest,
  answer: LeaveGroupResponse,
): void {
  const group = exchange.known(request.groupId);
  if (group === undefined) return;
  const one = { memberId: request.memberId, groupInstanceId: null, errorCode: answer.errorCode };
  const leaving = version >= 3 ? answer.members : [one];
  for (const { memberId, groupInstanceId, errorCode } of leaving) {
    const code = answer.errorCode === 0 ? errorCode : answer.errorCode;
    const member = group.members.find(memberId, groupInstanceId);
    group.tell("leave", toldOf(exchange, member?.memberId ?? memberId, code));
    if (code !== 0) continue;
    if (member !== undefined) group.left(member);
    group.shrunk("leave");
    if (group.members.size > 0 && group.joining === 0) group.state = "PreparingRebalance";
  }
}
