import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import { Heartbeat } from "../../protocol/generated/heartbeat.ts";
import { LeaveGroup } from "../../protocol/generated/leave-group.ts";
import { SyncGroup } from "../../protocol/generated/sync-group.ts";
import type { SyncGroupRequest } from "../../protocol/generated/sync-group.ts";
import { codeOf, serveApi } from "../handler.ts";
import type { ApiCall, ServedApi } from "../handler.ts";
import { notSynced } from "../state/group-member.ts";
import type { Synced } from "../state/group-member.ts";
import { coordinatorError, isTooMuch } from "./find-group.ts";

/** Gives every member its share. The answer waits until the leader has shared out. */
export const syncGroup: ServedApi = serveApi(SyncGroup, [0, 5], async (call) => {
  const { error, protocolName, assignment } = await sync(call);
  const { protocolType } = call.request;
  return {
    errorCode: codeOf(error),
    protocolType: error === "NONE" ? protocolType : null,
    protocolName,
    assignment,
  };
});

async function sync({ cluster, nodeId, request }: ApiCall<SyncGroupRequest>): Promise<Synced> {
  const { groupId, memberId, groupInstanceId, generationId, protocolType, protocolName } = request;
  const error = coordinatorError(cluster, groupId, nodeId);
  if (error !== "NONE") return notSynced(error);
  const group = cluster.groups.get(groupId);
  if (group === undefined) return notSynced("UNKNOWN_MEMBER_ID");
  const otherType = protocolType !== null && protocolType !== group.protocolType;
  const otherName =
    protocolName !== null && generationId === group.generation && protocolName !== group.protocolName;
  if (otherType || otherName) return notSynced("INCONSISTENT_GROUP_PROTOCOL");
  const shares = request.assignments.map((one) => one.assignment);
  if (isTooMuch(shares, cluster)) return notSynced("UNKNOWN_SERVER_ERROR");
  const assignments = request.assignments.map(
    // Copies: the request's bytes are the connection's.
    (one) => [one.memberId, new Uint8Array(one.assignment)] as const,
  );
  return group.sync({
    memberId,
    instanceId: groupInstanceId,
    generation: generationId,
    assignments: new Map(assignments),
  });
}

/** Says that a member is alive, and tells it of a rebalance. */
export const heartbeat: ServedApi = serveApi(Heartbeat, [0, 4], ({ cluster, nodeId, request }) => {
  const { groupId, memberId, groupInstanceId: instanceId, generationId: generation } = request;
  let error = coordinatorError(cluster, groupId, nodeId);
  if (error === "NONE") {
    const group = cluster.groups.get(groupId);
    error = group?.heartbeat({ memberId, instanceId, generation }) ?? "UNKNOWN_MEMBER_ID";
  }
  return { errorCode: codeOf(error) };
});

/** Takes members out of a group. */
export const leaveGroup: ServedApi = serveApi(LeaveGroup, [0, 5], ({ cluster, nodeId, version, request }) => {
  const error = coordinatorError(cluster, request.groupId, nodeId);
  if (error !== "NONE") return { errorCode: codeOf(error) };
  const group = cluster.groups.get(request.groupId);
  const leave = (memberId: string, instanceId: string | null): KafkaErrorName =>
    group?.leave(memberId, instanceId) ?? "UNKNOWN_MEMBER_ID";
  if (version < 3) return { errorCode: codeOf(leave(request.memberId, null)) };
  return {
    members: request.members.map(({ memberId, groupInstanceId }) => ({
      memberId,
      groupInstanceId,
      errorCode: codeOf(leave(memberId, groupInstanceId)),
    })),
  };
});
