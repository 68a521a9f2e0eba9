/**
 * The least version that Kafka 4.0 takes, by API, of those that clients use and that it dropped
 * versions of (KIP-896): from the message definitions of 4.0 beside those of 3.9. For Produce a broker
 * still says 0, for the sake of old librdkafka (KAFKA-18659), and refuses what is below 3.
 */
const leastVersions: ReadonlyMap<number, number> = new Map([
  [0, 3], // Produce
  [1, 4], // Fetch
  [2, 1], // ListOffsets
  [8, 2], // OffsetCommit
  [9, 1], // OffsetFetch
  [19, 2], // CreateTopics
  [20, 1], // DeleteTopics
  [23, 2], // OffsetForLeaderEpoch
  [29, 1], // DescribeAcls
  [30, 1], // CreateAcls
  [31, 1], // DeleteAcls
  [32, 1], // DescribeConfigs
  [34, 1], // AlterReplicaLogDirs
  [35, 1], // DescribeLogDirs
  [38, 1], // CreateDelegationToken
  [39, 1], // RenewDelegationToken
  [40, 1], // ExpireDelegationToken
  [41, 1], // DescribeDelegationToken
]);

/** Whether a Kafka 4 broker refuses this version for being too old. */
export function isOldVersion(apiKey: number, version: number): boolean {
  return version >= 0 && version < (leastVersions.get(apiKey) ?? 0);
}
