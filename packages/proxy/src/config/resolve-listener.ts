import { parseEndpoint } from "@pagoda/tcp";

import { configDefaults, defaultBind } from "./defaults.ts";
import type { RequestLayerConfig } from "./layer-config.ts";
import type { AdvertiseConfig, ListenerConfig, ListenerTarget, TimeoutsConfig } from "./model.ts";
import { ms, resolveUpstreamTls } from "./resolve-parts.ts";
import type { ResolveFile } from "./resolve-parts.ts";
import type { ConfigSource } from "./schema/config.ts";
import type { LayerSource } from "./schema/layers.ts";
import type { AdvertiseSource, ListenerSource } from "./schema/listener.ts";
import type { Path } from "./source/node.ts";

/** One listener of a configuration that has been checked. */
export function resolveListener(source: ConfigSource, index: number, file: ResolveFile): ListenerConfig {
  const listener = source.listeners?.[index] ?? {};
  const path: Path = ["listeners", index];
  const { tls, acceptProxyHeader, limits } = listener;
  const protocol = protocolOf(listener);
  return {
    name: listener.name ?? configDefaults.listenerName,
    bind: listener.bind === undefined ? defaultBind : parseEndpoint(listener.bind),
    protocol,
    target: targetOf(listener, source, path, file),
    tls: tls && {
      certFile: file([...path, "tls", "cert"], tls.cert),
      keyFile: file([...path, "tls", "key"], tls.key),
      ...(tls.clientCa !== undefined && { clientCaFile: file([...path, "tls", "clientCa"], tls.clientCa) }),
      mode: tls.mode ?? "required",
    },
    acceptProxyHeader,
    sendProxyHeader: listener.sendProxyHeader,
    limits: {
      connections: limits?.connections ?? configDefaults.limits.connections,
      connectionsPerAddress: limits?.connectionsPerAddress,
      connectionsPerSecond: limits?.connectionsPerSecond,
    },
    timeouts: timeoutsOf(listener),
    layers: listener.layers?.map(resolveLayer) ?? defaultLayers(protocol, source),
  };
}

/** The protocol of a listener, said or not. */
export function protocolOf({ protocol, upstream }: ListenerSource): ListenerConfig["protocol"] {
  return protocol ?? (upstream === undefined ? "kafka" : "detect");
}

/** The cluster of a listener: the one it names, else the only one there is. */
function clusterOf(listener: ListenerSource, { clusters = {} }: ConfigSource): string | undefined {
  if (listener.cluster !== undefined || listener.upstream !== undefined) return listener.cluster;
  const names = Object.keys(clusters);
  return names.length === 1 ? names[0] : undefined;
}

function targetOf(
  listener: ListenerSource,
  source: ConfigSource,
  path: Path,
  file: ResolveFile,
): ListenerTarget {
  const { upstream } = listener;
  if (upstream === undefined) {
    return {
      cluster: clusterOf(listener, source) ?? "",
      advertise: resolveAdvertise(listener.advertise ?? {}, path, file),
      unknownApis: listener.unknownApis ?? "pass",
    };
  }
  return {
    service: {
      endpoint: parseEndpoint(upstream),
      tls: resolveUpstreamTls(listener.upstreamTls, [...path, "upstreamTls"], file),
      connectTimeoutMs: ms(listener.connectTimeout, configDefaults.connectTimeoutMs),
    },
  };
}

function resolveAdvertise(source: AdvertiseSource, path: Path, file: ResolveFile): AdvertiseConfig {
  const { stateFile } = source;
  return {
    mode: source.mode ?? "ports",
    host: source.host,
    nodeNames: source.nodeNames,
    slots: source.slots ?? configDefaults.slots,
    stateFile: stateFile === undefined ? undefined : file([...path, "advertise", "stateFile"], stateFile),
  };
}

function timeoutsOf({ timeouts = {} }: ListenerSource): TimeoutsConfig {
  const otherwise = configDefaults.timeouts;
  return {
    detectMs: ms(timeouts.detect, otherwise.detectMs),
    unauthenticatedMs: ms(timeouts.unauthenticated, otherwise.unauthenticatedMs),
    idleMs: ms(timeouts.idle, otherwise.idleMs),
    maxAgeMs: ms(timeouts.maxAge, otherwise.maxAgeMs),
  };
}

function resolveLayer(source: LayerSource): RequestLayerConfig {
  if (typeof source === "string") return { layer: source };
  if ("build" in source) return { layer: "custom", name: source.name, build: source.build };
  const { timeout, rateLimit, denyApis = [] } = source;
  if (timeout !== undefined) return { layer: "timeout", timeoutMs: ms(timeout, 0) };
  if (rateLimit === undefined) return { layer: "denyApis", apis: denyApis };
  const { requestsPerSecond, burst = Math.max(1, Math.ceil(requestsPerSecond)) } = rateLimit;
  return { layer: "rateLimit", requestsPerSecond, burst };
}

/** Nothing looks at the requests of a protocol that is never Kafka. */
function defaultLayers(
  protocol: ListenerConfig["protocol"],
  { tracing }: ConfigSource,
): readonly RequestLayerConfig[] {
  if (protocol === "http" || protocol === "opaque") return [];
  return [{ layer: "metrics" }, ...(tracing === undefined ? [] : [{ layer: "trace" } as const])];
}
