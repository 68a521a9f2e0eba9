// For programs that run the reference proxy.
export { defineConfig } from "./config/schema/config.ts";
export type { ConfigSource } from "./config/schema/config.ts";
export { AdminTokenError } from "./admin/access.ts";
export { createLog, logLevels } from "./log.ts";
export type { Logger, LogLevel, LogOptions } from "./log.ts";
export { loadConfig } from "./config/load.ts";
export type { ConfigInput, LoadedConfig } from "./config/load.ts";
export { ConfigError } from "./config/fault.ts";
export type { ConfigFault } from "./config/fault.ts";
export type {
  AdminConfig,
  AdvertiseConfig,
  ClusterConfig,
  LimitsConfig,
  ListenerConfig,
  ListenerTarget,
  MetricsConfig,
  ProxyConfig,
  ReloadConfig,
  ServiceConfig,
  TimeoutsConfig,
  TracingConfig,
  UpstreamSasl,
} from "./config/model.ts";
export type { BuildRequestLayer, RequestLayerConfig, RequestLayerParts } from "./config/layer-config.ts";
export type { AcceptProxyHeader, AddressMode, ListenerTls, Protocol, UpstreamTls } from "./options.ts";
export { startProxy } from "./proxy.ts";
export type { Applied, NamedConfig, Proxy, ProxyParts, RunningListener } from "./proxy.ts";

export { UnreachableError } from "./runtime/build-only.ts";
export { UnknownClusterError } from "./runtime/listeners.ts";

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
