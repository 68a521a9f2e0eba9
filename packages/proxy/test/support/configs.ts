import type { Endpoint } from "@pagoda/tcp";

import { configDefaults } from "../../src/config/defaults.ts";
import type { ClusterConfig, ListenerConfig, ProxyConfig } from "../../src/config/model.ts";

const anyPort: Endpoint = { host: "127.0.0.1", port: 0 };

/** A listener on a free port, with what a test says of it. */
function listenerConfig(said: Partial<ListenerConfig> & Pick<ListenerConfig, "target">): ListenerConfig {
  return {
    name: "main",
    bind: anyPort,
    protocol: said.target.cluster === undefined ? "detect" : "kafka",
    tls: undefined,
    acceptProxyHeader: undefined,
    sendProxyHeader: undefined,
    limits: { ...configDefaults.limits, connectionsPerAddress: undefined, connectionsPerSecond: undefined },
    timeouts: configDefaults.timeouts,
    layers: [{ layer: "metrics" }],
    ...said,
  };
}

/** Before one service. */
export function serviceListener(endpoint: Endpoint, said: Partial<ListenerConfig> = {}): ListenerConfig {
  const service = { endpoint, tls: undefined, connectTimeoutMs: configDefaults.connectTimeoutMs };
  return listenerConfig({ target: { service }, ...said });
}

/** Before the cluster called `main`. */
export function clusterListener(said: Partial<ListenerConfig> = {}): ListenerConfig {
  const target = {
    cluster: "main",
    advertise: { mode: "ports", host: undefined, nodeNames: undefined, slots: 4, stateFile: undefined },
    unknownApis: "pass",
  } as const;
  return listenerConfig({ target, ...said });
}

/** A proxy without an admin server. */
export function proxyConfig(
  listeners: readonly ListenerConfig[],
  bootstrap: readonly Endpoint[] = [],
): ProxyConfig {
  const main: ClusterConfig = {
    name: "main",
    bootstrap,
    tls: undefined,
    sasl: undefined,
    connectTimeoutMs: configDefaults.connectTimeoutMs,
  };
  return {
    clusters: new Map(bootstrap.length === 0 ? [] : [["main", main]]),
    listeners,
    admin: undefined,
    metrics: { ...configDefaults.metrics, compat: [], labels: {} },
    tracing: undefined,
    logLevel: "silent",
    workers: 1,
    drainTimeoutMs: configDefaults.drainTimeoutMs,
    reload: { watch: false, drain: false },
    tap: { values: false, redact: [] },
    logFrames: "off",
    readyNeedsUpstream: true,
  };
}
