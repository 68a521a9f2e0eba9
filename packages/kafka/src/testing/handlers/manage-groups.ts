import { DeleteGroups } from "../../protocol/generated/delete-groups.ts";
import { DescribeGroups } from "../../protocol/generated/describe-groups.ts";
import { ListGroups } from "../../protocol/generated/list-groups.ts";
import { codeOf, serveApi } from "../handler.ts";
import type { ServedApi } from "../handler.ts";
import { coordinatorError } from "./find-group.ts";

const classic = "classic";

/** The groups that a broker coordinates. */
export const listGroups: ServedApi = serveApi(ListGroups, [0, 5], ({ cluster, nodeId, request }) => {
  const { statesFilter, typesFilter } = request;
  const asked = (filter: readonly string[], value: string): boolean =>
    filter.length === 0 || filter.some((one) => one.toLowerCase() === value.toLowerCase());
  return {
    groups: cluster.groups.all
      .filter(({ id }) => coordinatorError(cluster, id, nodeId) === "NONE")
      .filter(({ state }) => asked(statesFilter, state) && asked(typesFilter, classic))
      .map(({ id, protocolType, state }) => ({
        groupId: id,
        protocolType,
        groupState: state,
        groupType: classic,
      })),
  };
});

/** Groups with their members. */
export const describeGroups: ServedApi = serveApi(
  DescribeGroups,
  [0, 6],
  ({ cluster, nodeId, version, request }) => ({
    groups: request.groups.map((groupId) => {
      const error = coordinatorError(cluster, groupId, nodeId);
      if (error !== "NONE") return { groupId, errorCode: codeOf(error) };
      const group = cluster.groups.get(groupId);
      if (group === undefined) {
        // Older clients know that a group is not there by its state alone (KIP-1043).
        return { groupId, groupState: "Dead", errorCode: version >= 6 ? codeOf("GROUP_ID_NOT_FOUND") : 0 };
      }
      return {
        groupId,
        groupState: group.state,
        protocolType: group.protocolType,
        protocolData: group.protocolName ?? "",
        members: group.members.map((member) => ({
          memberId: member.id,
          groupInstanceId: member.facts.instanceId,
          clientId: member.facts.clientId,
          clientHost: `/${member.facts.clientHost}`,
          memberMetadata: member.metadataFor(group.protocolName),
          memberAssignment: member.assignment,
        })),
      };
    }),
  }),
);

/** Deletes groups without members. */
export const deleteGroups: ServedApi = serveApi(DeleteGroups, [0, 2], ({ cluster, nodeId, request }) => ({
  results: request.groupsNames.map((groupId) => {
    const error = coordinatorError(cluster, groupId, nodeId);
    return { groupId, errorCode: codeOf(error === "NONE" ? cluster.groups.delete(groupId) : error) };
  }),
}));
