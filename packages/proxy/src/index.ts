// For programs that run the reference proxy.
export { createLog, logLevels } from "./log.ts";
export type { Logger, LogLevel, LogOptions } from "./log.ts";
export { defaults, protocols } from "./options.ts";
export type { AcceptProxyHeader, ListenerTls, Protocol, ProxyOptions, UpstreamTls } from "./options.ts";
export { startProxy } from "./proxy.ts";
export type { Proxy, ProxyParts } from "./proxy.ts";

// For people who build on its stack.
export { connectionLog } from "./connection-log.ts";
export type { ConnectionLogOptions } from "./connection-log.ts";
export { inbound } from "./stacks/inbound.ts";
export type { InboundParts } from "./stacks/inbound.ts";
