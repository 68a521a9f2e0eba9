// For programs that run the reference proxy.
export { AdminTokenError } from "./admin/access.ts";
export { createLog, logLevels } from "./log.ts";
export type { Logger, LogLevel, LogOptions } from "./log.ts";
export { addressModes, clusterDefaults, defaultListen, defaults, protocols } from "./options.ts";
export type {
  AcceptProxyHeader,
  AddressMode,
  ClusterOptions,
  ListenerOptions,
  ListenerTls,
  Protocol,
  ProxyOptions,
  Target,
  UpstreamTls,
} from "./options.ts";
export { startProxy } from "./proxy.ts";
export type { Proxy, ProxyParts } from "./proxy.ts";

// For people who build on its stack.
export { connectionLog } from "./connection-log.ts";
export type { ConnectionLogOptions } from "./connection-log.ts";
export { NodeUpstream, UnassignedAddressError } from "./cluster/node-upstream.ts";
export type { NodeUpstreamOptions } from "./cluster/node-upstream.ts";
export { inbound } from "./stacks/inbound.ts";
export type { InboundParts } from "./stacks/inbound.ts";
export { outbound } from "./stacks/outbound.ts";
export type { OutboundParts } from "./stacks/outbound.ts";
export { Upstream } from "./upstream.ts";
export type { UpstreamNode, UpstreamOptions } from "./upstream.ts";
