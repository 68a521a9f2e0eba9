/**
 * What a response of errors is built from: which array of the request an array of the response
 * answers, element by element. Only where their names differ: arrays of one name answer each other.
 * Several sources follow each other (or are of different versions); a dot goes through an array.
 */
export const mirrors: Readonly<Record<string, readonly string[]>> = {
  "ProduceResponse.responses": ["topicData"],
  "ProduceResponse.responses.partitionResponses": ["partitionData"],
  "FetchResponse.responses": ["topics"],
  "LeaderAndIsrResponse.partitionErrors": ["ungroupedPartitionStates"],
  "LeaderAndIsrResponse.topics": ["topicStates"],
  "LeaderAndIsrResponse.topics.partitionErrors": ["partitionStates"],
  "StopReplicaResponse.partitionErrors": ["ungroupedPartitions"],
  "OffsetFetchResponse.topics.partitions": ["partitionIndexes"],
  "OffsetFetchResponse.groups.topics.partitions": ["partitionIndexes"],
  "FindCoordinatorResponse.coordinators": ["coordinatorKeys"],
  "DeleteTopicsResponse.responses": ["topics", "topicNames"],
  "AddPartitionsToTxnResponse.resultsByTransaction": ["transactions"],
  "AddPartitionsToTxnResponse.resultsByTransaction.topicResults": ["topics"],
  "AddPartitionsToTxnResponse.resultsByTransaction.topicResults.resultsByPartition": ["partitions"],
  "AddPartitionsToTxnResponse.resultsByTopicV3AndBelow": ["v3AndBelowTopics"],
  "AddPartitionsToTxnResponse.resultsByTopicV3AndBelow.resultsByPartition": ["partitions"],
  "WriteTxnMarkersResponse.markers.topics.partitions": ["partitionIndexes"],
  "CreateAclsResponse.results": ["creations"],
  "DeleteAclsResponse.filterResults": ["filters"],
  "DescribeConfigsResponse.results": ["resources"],
  "AlterConfigsResponse.responses": ["resources"],
  "AlterReplicaLogDirsResponse.results": ["dirs.topics"],
  "CreatePartitionsResponse.results": ["topics"],
  "DeleteGroupsResponse.results": ["groupsNames"],
  "ElectLeadersResponse.replicaElectionResults": ["topicPartitions"],
  "ElectLeadersResponse.replicaElectionResults.partitionResult": ["partitions"],
  "IncrementalAlterConfigsResponse.responses": ["resources"],
  "AlterPartitionReassignmentsResponse.responses": ["topics"],
  "DescribeUserScramCredentialsResponse.results": ["users"],
  "AlterUserScramCredentialsResponse.results": ["deletions", "upsertions"],
  "UpdateFeaturesResponse.results": ["featureUpdates"],
  "DescribeProducersResponse.topics.partitions": ["partitionIndexes"],
  "DescribeTransactionsResponse.transactionStates": ["transactionalIds"],
  "ConsumerGroupDescribeResponse.groups": ["groupIds"],
  "ShareGroupDescribeResponse.groups": ["groupIds"],
  "StreamsGroupDescribeResponse.groups": ["groupIds"],
  "ShareFetchResponse.responses": ["topics"],
  "ShareAcknowledgeResponse.responses": ["topics"],
  "InitializeShareGroupStateResponse.results": ["topics"],
  "ReadShareGroupStateResponse.results": ["topics"],
  "WriteShareGroupStateResponse.results": ["topics"],
  "DeleteShareGroupStateResponse.results": ["topics"],
  "ReadShareGroupStateSummaryResponse.results": ["topics"],
  "AlterShareGroupOffsetsResponse.responses": ["topics"],
  "DeleteShareGroupOffsetsResponse.responses": ["topics"],
};

/**
 * What fields beside an error code say that brokers set to "none" although their default is another
 * value: a client that looks at them before the error must not take them for an answer.
 */
export const beside: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "ProduceResponse.responses.partitionResponses": { baseOffset: -1n },
  "FetchResponse.responses.partitions": { highWatermark: -1n },
  "OffsetFetchResponse.topics.partitions": { committedOffset: -1n },
  "OffsetFetchResponse.groups.topics.partitions": { committedOffset: -1n },
  FindCoordinatorResponse: { nodeId: -1, port: -1 },
  "FindCoordinatorResponse.coordinators": { nodeId: -1, port: -1 },
  InitProducerIdResponse: { producerId: -1n, producerEpoch: -1 },
  "MetadataResponse.topics.partitions": { leaderId: -1 },
};
