import { Context } from "@pagoda/core";
import type { Drain, GuardedService, Scope } from "@pagoda/core";
import { logIn } from "@pagoda/kafka";
import type { Metrics } from "@pagoda/metrics";
import type { ClientTls, Connection, Reloadable } from "@pagoda/tcp";

import type { ClusterAddresses } from "../cluster/addresses.ts";
import { brokerLogin } from "../cluster/broker-login.ts";
import type { KnownBrokers } from "../cluster/known-brokers.ts";
import { NodeUpstream } from "../cluster/node-upstream.ts";
import { selfCheck } from "../cluster/self-check.ts";
import type { ClusterConfig, ListenerConfig, ListenerTarget, ServiceConfig } from "../config/model.ts";
import type { Logger } from "../log.ts";
import { inbound } from "../stacks/inbound.ts";
import { outbound } from "../stacks/outbound.ts";
import type { ServedTls, StackTracing } from "../stacks/parts.ts";
import { listenerTls, upstreamTls } from "../tls-files.ts";
import type { ProxyTraffic } from "../traffic/proxy-traffic.ts";
import { Upstream } from "../upstream.ts";
import type { UpstreamOptions } from "../upstream.ts";

/** What every stack is built with. */
export interface BuildParts {
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly drain: Drain;
  readonly tracing: StackTracing | undefined;
  readonly traffic: Pick<ProxyTraffic, "watch">;
  /** All that the stack stands on is released with it. */
  readonly scope: Scope;
}

/** A stack, and what it stands on. */
export interface BuiltStack {
  readonly service: GuardedService<Connection, void>;
  readonly upstream: Upstream;
  readonly tls: ServedTls | undefined;
  /** What it was read from files for: TLS towards clients and towards the upstream. */
  readonly certificates: readonly Reloadable[];
  /** Goes to see whether the upstream is there: once connections are let in. */
  start(): void;
}

/** Before one service. @throws CertificateError */
export async function buildService(
  listener: ListenerConfig,
  { endpoint, tls, connectTimeoutMs }: ServiceConfig,
  parts: BuildParts,
): Promise<BuiltStack> {
  const served = await servedTls(listener, parts);
  const connect = await upstreamOptions(listener, { tls, connectTimeoutMs }, parts);
  const upstream = parts.scope.use(
    new Upstream({ ...connect, direction: "inbound", endpoints: () => [endpoint] }),
  );
  const service = parts.scope.use(inbound(listener, { ...parts, tls: served, upstream }));
  return {
    service,
    upstream,
    tls: served,
    certificates: present(served?.tls, connect.connect.tls),
    start: () => void upstream.probe(),
  };
}

/** What a stack before a whole cluster is told beside the listener. */
export interface ClusterStackOptions {
  readonly config: ClusterConfig;
  readonly target: Extract<ListenerTarget, { readonly cluster: string }>;
  readonly addresses: ClusterAddresses;
  readonly brokers: KnownBrokers;
}

/** Before a whole cluster. @throws CertificateError */
export async function buildCluster(
  listener: ListenerConfig,
  { config, target, addresses, brokers }: ClusterStackOptions,
  parts: BuildParts,
): Promise<BuiltStack> {
  const { cluster, topicIds } = brokers;
  const { advertiser } = addresses;
  const served = await servedTls(listener, parts);
  const connect = await upstreamOptions(listener, config, parts);
  const begin = config.sasl && brokerLogin(config.sasl);
  const { connectTimeoutMs: timeoutMs } = config;
  const upstream = parts.scope.use(
    new Upstream({
      ...connect,
      direction: "outbound",
      login: begin && ((connection, cx) => logIn(connection, begin, cx, { timeoutMs })),
      endpoints: () => cluster.endpointOf("bootstrap"),
      greet: (connection, cx) => brokers.learn(connection, cx),
    }),
  );
  const nodes = new NodeUpstream({ upstream, cluster, advertiser, learn: () => upstream.probe() });
  const { unknownApis } = target;
  const service = parts.scope.use(
    outbound(listener, {
      ...parts,
      tls: served,
      upstream,
      nodes,
      cluster,
      topicIds,
      advertiser,
      unknownApis,
      begin,
    }),
  );
  const bootstrap = { host: hostToDial(target, listener, addresses), port: addresses.main.port };
  const checking = Context.background().fork();
  parts.scope.defer(() => checking.cancel());
  return {
    service,
    upstream,
    tls: served,
    certificates: present(served?.tls, connect.connect.tls),
    // The check comes once there is somebody to ask. It does not hold up those who come meanwhile.
    start: () =>
      void nodes.learn().then(() => selfCheck(listener, { bootstrap, cluster, log: parts.log }, checking)),
  };
}

/** A host under which the listener is reached from here, as clients would have it. */
function hostToDial(
  { advertise }: ClusterStackOptions["target"],
  { bind }: ListenerConfig,
  { main }: ClusterAddresses,
): string {
  const everywhere = ["", "0.0.0.0", "::"].includes(bind.host);
  return advertise.host ?? (everywhere ? "localhost" : main.host);
}

function present(...all: readonly (Reloadable | undefined)[]): readonly Reloadable[] {
  return all.filter((one) => one !== undefined);
}

async function servedTls(
  { tls }: ListenerConfig,
  { scope, log }: BuildParts,
): Promise<ServedTls | undefined> {
  return tls && { tls: await listenerTls(tls, scope, log), mode: tls.mode };
}

interface ConnectOptions extends Pick<UpstreamOptions, "sendProxyHeader" | "metrics" | "log"> {
  readonly connect: UpstreamOptions["connect"] & { readonly tls?: ClientTls };
}

async function upstreamOptions(
  { name, sendProxyHeader }: ListenerConfig,
  { tls: files, connectTimeoutMs }: Pick<ServiceConfig, "tls" | "connectTimeoutMs">,
  { metrics, log, scope }: BuildParts,
): Promise<ConnectOptions> {
  const tls = files && (await upstreamTls(files, scope, log));
  return {
    connect: { name, timeoutMs: connectTimeoutMs, ...(tls && { tls }) },
    sendProxyHeader,
    metrics,
    log,
  };
}
