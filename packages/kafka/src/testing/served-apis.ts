import type { ServedApi } from "./handler.ts";
import { apiVersions } from "./handlers/api-versions.ts";
import { deleteRecords } from "./handlers/delete-records.ts";
import { describeCluster } from "./handlers/describe-cluster.ts";
import { describeConfigs } from "./handlers/describe-configs.ts";
import { fetch } from "./handlers/fetch.ts";
import { findCoordinator } from "./handlers/find-coordinator.ts";
import { initProducerId } from "./handlers/init-producer-id.ts";
import { joinGroup } from "./handlers/join-group.ts";
import { offsetForLeaderEpoch } from "./handlers/leader-epochs.ts";
import { listOffsets } from "./handlers/list-offsets.ts";
import { deleteGroups, describeGroups, listGroups } from "./handlers/manage-groups.ts";
import { createPartitions, createTopics, deleteTopics } from "./handlers/manage-topics.ts";
import { heartbeat, leaveGroup, syncGroup } from "./handlers/membership.ts";
import { metadata } from "./handlers/metadata.ts";
import { offsetCommit } from "./handlers/offset-commit.ts";
import { offsetFetch } from "./handlers/offset-fetch.ts";
import { produce } from "./handlers/produce.ts";

const all: readonly ServedApi[] = [
  createPartitions,
  createTopics,
  deleteGroups,
  deleteRecords,
  deleteTopics,
  describeCluster,
  describeConfigs,
  describeGroups,
  fetch,
  findCoordinator,
  heartbeat,
  initProducerId,
  joinGroup,
  leaveGroup,
  listGroups,
  listOffsets,
  metadata,
  offsetCommit,
  offsetFetch,
  offsetForLeaderEpoch,
  produce,
  syncGroup,
];

/** Every API that the cluster serves, by its key. What is not here is refused. */
export const servedApis: ReadonlyMap<number, ServedApi> = new Map(
  [...all, apiVersions(all)].map((served) => [served.api.key, served]),
);
