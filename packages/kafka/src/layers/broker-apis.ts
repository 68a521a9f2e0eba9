import type { ApiName } from "./version-limits.ts";

/**
 * What brokers and controllers say to one another: the first version that is no client's. Kafka's
 * message definitions say for which listeners a request is; what brokers take from each other at the
 * listener that clients use has been told apart by hand.
 *
 * Not here: WriteTxnMarkers, with which an admin client aborts a transaction; DescribeQuorum,
 * RemoveRaftVoter and UnregisterBroker, which name nodes by their id alone. AddRaftVoter is an admin
 * client's too, but tells the quorum an address.
 */
export const brokerApis: { readonly [Name in ApiName]?: number } = {
  // Before KRaft: from the controller to brokers, and back.
  LeaderAndIsr: 0,
  StopReplica: 0,
  UpdateMetadata: 0,
  ControlledShutdown: 0,
  // A coordinator verifies transactions with partition leaders; clients end at 3 (KIP-890).
  AddPartitionsToTxn: 4,
  // The metadata quorum.
  Vote: 0,
  BeginQuorumEpoch: 0,
  EndQuorumEpoch: 0,
  FetchSnapshot: 0,
  AddRaftVoter: 0,
  UpdateRaftVoter: 0,
  // Brokers and their controller.
  AlterPartition: 0,
  // A whole request of somebody else's, with the principal that its sender names.
  Envelope: 0,
  BrokerRegistration: 0,
  BrokerHeartbeat: 0,
  AllocateProducerIds: 0,
  ControllerRegistration: 0,
  AssignReplicasToDirs: 0,
  // Share coordinators (KIP-932).
  InitializeShareGroupState: 0,
  ReadShareGroupState: 0,
  WriteShareGroupState: 0,
  DeleteShareGroupState: 0,
  ReadShareGroupStateSummary: 0,
};
