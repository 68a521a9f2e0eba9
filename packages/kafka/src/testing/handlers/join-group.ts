import { JoinGroup } from "../../protocol/generated/join-group.ts";
import type { JoinGroupRequest } from "../../protocol/generated/join-group.ts";
import { codeOf, serveApi } from "../handler.ts";
import type { ApiCall, ServedApi } from "../handler.ts";
import { notJoined } from "../state/group-member.ts";
import type { Joined } from "../state/group-member.ts";
import { coordinatorError, isTooMuch } from "./find-group.ts";

/** Longest session, as Kafka's `group.max.session.timeout.ms`. There is no shortest, for tests' sake. */
const maxSessionTimeoutMs = 1_800_000;

/** Joins a consumer group. The answer waits until everybody has. */
export const joinGroup: ServedApi = serveApi(JoinGroup, [0, 9], async (call) => {
  const joined = await join(call);
  const { protocolName } = joined;
  // Nullable from version 7 on.
  const unchosen = call.version >= 7 ? null : "";
  return {
    errorCode: codeOf(joined.error),
    generationId: joined.generation,
    protocolType: joined.error === "NONE" ? call.request.protocolType : null,
    protocolName: protocolName ?? unchosen,
    leader: joined.leader,
    skipAssignment: joined.skipAssignment,
    memberId: joined.memberId,
    members: joined.members.map((member) => ({
      memberId: member.id,
      groupInstanceId: member.facts.instanceId,
      metadata: member.metadataFor(protocolName),
    })),
  };
});

async function join({
  cluster,
  nodeId,
  version,
  request,
  client,
}: ApiCall<JoinGroupRequest>): Promise<Joined> {
  const { groupId, memberId, sessionTimeoutMs } = request;
  const error = coordinatorError(cluster, groupId, nodeId);
  if (error !== "NONE") return { ...notJoined(error), memberId };
  if (groupId === "") return { ...notJoined("INVALID_GROUP_ID"), memberId };
  if (sessionTimeoutMs < 1 || sessionTimeoutMs > maxSessionTimeoutMs) {
    return { ...notJoined("INVALID_SESSION_TIMEOUT"), memberId };
  }
  const metadata = request.protocols.map((protocol) => protocol.metadata);
  if (isTooMuch(metadata, cluster)) return { ...notJoined("UNKNOWN_SERVER_ERROR"), memberId };
  const known = cluster.groups.get(groupId);
  // Only who comes without an id begins a group.
  if (known === undefined && memberId !== "") return { ...notJoined("UNKNOWN_MEMBER_ID"), memberId };
  const group = known ?? cluster.groups.getOrCreate(groupId);
  if (group === undefined) return { ...notJoined("GROUP_MAX_SIZE_REACHED"), memberId };
  return group.join({
    memberId,
    instanceId: request.groupInstanceId,
    clientId: client.clientId ?? "",
    clientHost: client.host,
    sessionTimeoutMs,
    rebalanceTimeoutMs: version === 0 ? sessionTimeoutMs : Math.max(0, request.rebalanceTimeoutMs),
    protocolType: request.protocolType,
    // Copies: the request's bytes are the connection's.
    protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: new Uint8Array(metadata) })),
    needsKnownMemberId: version >= 4,
    canSkipAssignment: version >= 9,
  });
}
