// For people who assemble stacks.
export { serveKafka } from "./server.ts";
export type { BuildKafkaService, ServeKafkaOptions } from "./server.ts";
export { kafkaClient } from "./client.ts";
export type { KafkaClientOptions, KafkaService } from "./client.ts";
export { onApi } from "./layers/on-api.ts";
export type { ApiHooks } from "./layers/on-api.ts";
export { watchApi } from "./layers/watch-api.ts";
export type { ApiWatcher, WatchedRequest, WatchedResponse } from "./layers/watch-api.ts";
export type { VersionPredicate } from "./layers/versions.ts";
export { negotiateVersions } from "./layers/negotiate-versions.ts";
export type {
  AskedVersion,
  NegotiateVersionsOptions,
  UnknownReason,
  VersionRefusal,
} from "./layers/negotiate-versions.ts";
export { brokerApis } from "./layers/broker-apis.ts";
export { refuseBrokerApis } from "./layers/refuse-broker-apis.ts";
export type { RefuseBrokerApisOptions } from "./layers/refuse-broker-apis.ts";
export { denyApis } from "./layers/deny-apis.ts";
export { waitMsOf } from "./layers/wait-ms.ts";
export type { DenyApisOptions } from "./layers/deny-apis.ts";
export { kafkaSession } from "./session/watch-session.ts";
export { currentSession, KafkaSession } from "./session/kafka-session.ts";
export type { ClientSoftware, KafkaSessionOptions } from "./session/kafka-session.ts";
export type { SaslFacts } from "./session/sasl-exchange.ts";
export { TopicIds } from "./topics/topic-ids.ts";
export type { TopicIdsOptions } from "./topics/topic-ids.ts";
export { watchTopicIds } from "./topics/watch-topic-ids.ts";
export type { WatchTopicIdsOptions } from "./topics/watch-topic-ids.ts";
export type { ApiName, UnderstoodVersions, UnknownPolicy } from "./layers/version-limits.ts";
export { rewriteAddresses } from "./layers/rewrite-addresses.ts";
export type { RewriteAddressesOptions } from "./layers/rewrite-addresses.ts";
export { Cluster, UnknownNodeError } from "./cluster/cluster.ts";
export type { ClusterOptions, NodeChange, NodeTarget } from "./cluster/cluster.ts";
export type { Advertiser } from "./cluster/advertiser.ts";
export { portPerNode, portsFrom } from "./cluster/port-per-node.ts";
export type { PortPerNodeOptions } from "./cluster/port-per-node.ts";
export { hostPerNode } from "./cluster/host-per-node.ts";
export type { HostPerNodeOptions } from "./cluster/host-per-node.ts";
export { addressPerNode } from "./cluster/address-per-node.ts";
export type { AddressAdvertiser, AddressPerNodeOptions } from "./cluster/address-per-node.ts";
export { stateFile } from "./cluster/state-file.ts";
export type { StateFile, StateFileOptions } from "./cluster/state-file.ts";
export { StateFileError } from "./cluster/state-format.ts";
export { NoSlotError, Slots } from "./cluster/slots.ts";
export type { SlotChange, SlotsOptions } from "./cluster/slots.ts";
export { detectLeaks } from "./layers/detect-leaks.ts";
export type { DetectLeaksOptions, Leak } from "./layers/detect-leaks.ts";
export { checkAdvertised } from "./cluster-check/check-advertised.ts";
export type {
  AdvertisedNode,
  AdvertisedReport,
  CheckAdvertisedOptions,
} from "./cluster-check/check-advertised.ts";
export { formatAdvertised } from "./cluster-check/format-report.ts";
export type { AddressForm, UpstreamCluster } from "./cluster-check/find-addresses.ts";
export type { Probed } from "./cluster-check/probe.ts";
export { ask } from "./ask.ts";

// For people who write layers.
export { KafkaRequest } from "./request.ts";
export type { KafkaAnswer, NewRequest } from "./request.ts";
export { KafkaResponse, noResponse } from "./response.ts";
export type { Answered, NoResponse } from "./response.ts";
export { errorAnswer, KafkaApiError } from "./errors/error-answer.ts";
export { CorrelationError, RequestCutOffError, UpstreamClosedError } from "./errors/upstream-errors.ts";
export { FrameTimeoutError } from "./frame/frame-deadline.ts";
export { readPrincipal } from "./session/principal.ts";
export { TopicResolver } from "./topics/topic-resolver.ts";
export type { TopicResolverOptions } from "./topics/topic-resolver.ts";
export { responseFlow } from "./response-flow.ts";
export type { ResponseFlow } from "./response-flow.ts";
export { logIn } from "./sasl/log-in.ts";
export type { LogInOptions } from "./sasl/log-in.ts";
export { LoginError } from "./sasl/login-error.ts";
export type { LoginFailure } from "./sasl/login-error.ts";
export { plain } from "./sasl/plain.ts";
export type { PasswordLogin } from "./sasl/plain.ts";
export { scram } from "./sasl/scram.ts";
export type { ScramHash, ScramOptions } from "./sasl/scram.ts";
export { reauthenticate } from "./sasl/reauthenticate.ts";
export type { ReauthenticateOptions } from "./sasl/reauthenticate.ts";
export type { BrokerSession } from "./sasl/conversation.ts";
export type { BeginSasl, SaslMechanism } from "./sasl/mechanism.ts";
export { refuseSasl } from "./layers/refuse-sasl.ts";
