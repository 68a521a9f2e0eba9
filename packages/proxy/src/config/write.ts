import { formatEndpoint } from "@pagoda/tcp";

import type { UpstreamTls } from "../options.ts";
import type { RequestLayerConfig } from "./layer-config.ts";
import type { ClusterConfig, ListenerConfig, ListenerTarget, ProxyConfig } from "./model.ts";

/** A value of {@link toSource}: what YAML can say. */
export type SourceValue =
  | string
  | number
  | boolean
  | undefined
  | readonly SourceValue[]
  | { readonly [key: string]: SourceValue };

type SourceMapping = Readonly<Record<string, SourceValue>>;

/**
 * A configuration as one would write it with nothing left to a default: reading it again gives the
 * same, but for layers of one's own, which are named alone. Secrets are in it.
 */
export function toSource(config: ProxyConfig): SourceMapping {
  const { admin, metrics, tracing, reload } = config;
  return {
    clusters: Object.fromEntries(
      [...config.clusters].map(([name, cluster]) => [name, clusterSource(cluster)]),
    ),
    listeners: config.listeners.map(listenerSource),
    admin: admin === undefined ? "off" : { ...admin, bind: formatEndpoint(admin.bind) },
    metrics: {
      profile: metrics.profile,
      retainIdle: duration(metrics.retainIdleMs),
      maxSeries: metrics.maxSeries,
      compat: metrics.compat,
      labels: Object.fromEntries(
        Object.entries(metrics.labels).map(([label, { rewrite, ...rules }]) => [
          label,
          { ...rules, rewrite: rewrite?.map((rule) => ({ ...rule })) },
        ]),
      ),
    },
    tracing: tracing && { ...tracing },
    tap: { values: config.tap.values, redact: config.tap.redact.map((rule) => ({ ...rule })) },
    log: { level: config.logLevel, frames: config.logFrames },
    drainTimeout: duration(config.drainTimeoutMs),
    workers: config.workers,
    reload: { ...reload },
    ready: { upstream: config.readyNeedsUpstream },
  };
}

/** A duration in the largest unit that it is whole in. */
function duration(ms: number): string {
  for (const [unit, size] of [
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1_000],
  ] as const) {
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

function orOff(ms: number): string {
  return ms === 0 ? "off" : duration(ms);
}

function clusterSource({ bootstrap, tls, sasl, connectTimeoutMs }: ClusterConfig): SourceMapping {
  return {
    bootstrap: bootstrap.map(formatEndpoint),
    tls: tlsSource(tls),
    // Without it this login would not have been let through.
    sasl: sasl && {
      ...sasl,
      ...(sasl.mechanism === "PLAIN" && tls === undefined && { allowPlaintext: true }),
    },
    connectTimeout: duration(connectTimeoutMs),
  };
}

function tlsSource(tls: UpstreamTls | undefined): SourceValue {
  if (tls === undefined) return undefined;
  const { caFile: ca, certFile: cert, keyFile: key, serverName } = tls;
  return [ca, cert, serverName].every((each) => each === undefined) ? true : { ca, cert, key, serverName };
}

function listenerSource(listener: ListenerConfig): SourceMapping {
  const { tls, timeouts, acceptProxyHeader } = listener;
  return {
    name: listener.name,
    bind: formatEndpoint(listener.bind),
    protocol: listener.protocol,
    ...targetSource(listener.target),
    tls: tls && { cert: tls.certFile, key: tls.keyFile, clientCa: tls.clientCaFile, mode: tls.mode },
    acceptProxyHeader: acceptProxyHeader && { ...acceptProxyHeader },
    sendProxyHeader: listener.sendProxyHeader,
    limits: { ...listener.limits },
    timeouts: {
      detect: duration(timeouts.detectMs),
      unauthenticated: orOff(timeouts.unauthenticatedMs),
      idle: duration(timeouts.idleMs),
      maxAge: orOff(timeouts.maxAgeMs),
    },
    layers: listener.layers.map(layerSource),
  };
}

function targetSource(target: ListenerTarget): SourceMapping {
  if (target.cluster === undefined) {
    const { endpoint, tls, connectTimeoutMs } = target.service;
    return {
      upstream: formatEndpoint(endpoint),
      upstreamTls: tlsSource(tls),
      connectTimeout: duration(connectTimeoutMs),
    };
  }
  const { mode, host, nodeNames, slots, stateFile } = target.advertise;
  return {
    cluster: target.cluster,
    advertise: { mode, host, nodeNames, ...(mode !== "names" && { slots }), stateFile },
    unknownApis: target.unknownApis,
  };
}

function layerSource(layer: RequestLayerConfig): SourceValue {
  if (layer.layer === "timeout") return { timeout: duration(layer.timeoutMs) };
  if (layer.layer === "denyApis") return { denyApis: layer.apis };
  if (layer.layer === "custom") return { name: layer.name };
  if (layer.layer !== "rateLimit") return layer.layer;
  return { rateLimit: { requestsPerSecond: layer.requestsPerSecond, burst: layer.burst } };
}
