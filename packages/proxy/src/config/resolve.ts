import { openLabels } from "@pagoda/metrics";
import type { LabelOptions } from "@pagoda/metrics";
import { parseEndpoint } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";
import { availableParallelism } from "node:os";

import { configDefaults, defaultAdminBind } from "./defaults.ts";
import type { AdminConfig, ClusterConfig, MetricsConfig, ProxyConfig, TapConfig } from "./model.ts";
import { resolveListener } from "./resolve-listener.ts";
import { ms, resolveUpstreamTls } from "./resolve-parts.ts";
import type { ResolveFile } from "./resolve-parts.ts";
import type { AdminSource } from "./schema/admin.ts";
import type { ClusterSource } from "./schema/cluster.ts";
import type { ConfigSource } from "./schema/config.ts";
import type { LabelSource, MetricsSource } from "./schema/metrics.ts";
import type { TapSource } from "./schema/tap.ts";

/** What a configuration that has been checked means, with every default filled in. */
export function resolveConfig(source: ConfigSource, file: ResolveFile): ProxyConfig {
  const clusters = Object.entries(source.clusters ?? {});
  const listeners = source.listeners ?? [{}];
  const { tracing, reload, ready } = source;
  return {
    clusters: new Map(clusters.map(([name, cluster]) => [name, resolveCluster(name, cluster, file)])),
    listeners: listeners.map((_, index) => resolveListener(source, index, file)),
    admin: resolveAdmin(source.admin),
    metrics: resolveMetrics(source.metrics ?? {}),
    tracing: tracing && {
      endpoint: tracing.endpoint,
      serviceName: tracing.serviceName ?? configDefaults.tracing.serviceName,
      ratio: tracing.ratio ?? configDefaults.tracing.ratio,
      inject: tracing.inject ?? configDefaults.tracing.inject,
    },
    tap: resolveTap(source.tap ?? {}),
    logLevel: source.log?.level ?? "info",
    logFrames: source.log?.frames ?? "off",
    workers: source.workers === "auto" ? availableParallelism() : (source.workers ?? 1),
    drainTimeoutMs: ms(source.drainTimeout, configDefaults.drainTimeoutMs),
    reload: { watch: reload?.watch ?? true, drain: reload?.drain ?? false },
    readyNeedsUpstream: ready?.upstream ?? true,
  };
}

function resolveCluster(name: string, source: ClusterSource, file: ResolveFile): ClusterConfig {
  const { sasl } = source;
  return {
    name,
    bootstrap: endpoints(source.bootstrap),
    tls: resolveUpstreamTls(source.tls, ["clusters", name, "tls"], file),
    sasl: sasl && { mechanism: sasl.mechanism, username: sasl.username, password: sasl.password },
    connectTimeoutMs: ms(source.connectTimeout, configDefaults.connectTimeoutMs),
  };
}

/** The brokers of `bootstrap`, in either form. */
function endpoints(bootstrap: ClusterSource["bootstrap"]): readonly Endpoint[] {
  const texts = typeof bootstrap === "string" ? bootstrap.split(",") : bootstrap;
  return texts.map((each) => parseEndpoint(each.trim()));
}

function resolveAdmin(source: "off" | AdminSource | undefined): AdminConfig | undefined {
  if (source === "off") return undefined;
  return {
    bind: source?.bind === undefined ? defaultAdminBind : parseEndpoint(source.bind),
    token: source?.token,
    allowWrites: source?.allowWrites ?? false,
    allowedHosts: source?.allowedHosts ?? [],
  };
}

function resolveMetrics(source: MetricsSource): MetricsConfig {
  return {
    profile: source.profile ?? configDefaults.metrics.profile,
    retainIdleMs: ms(source.retainIdle, configDefaults.metrics.retainIdleMs),
    maxSeries: source.maxSeries ?? configDefaults.metrics.maxSeries,
    compat: source.compat ?? [],
    labels: Object.fromEntries(
      openLabels.map((label) => [
        label,
        resolveLabel(source.labels?.[label], configDefaults.labelMax[label]),
      ]),
    ),
  };
}

function resolveTap({ values = false, redact = [] }: TapSource): TapConfig {
  return {
    values,
    redact: redact.map(({ topic = "*", match, to = configDefaults.tap.to }) => ({ topic, match, to })),
  };
}

function resolveLabel(source: LabelSource | undefined, most: number): LabelOptions {
  const { allow, deny, rewrite, max = most } = source ?? {};
  return { ...(allow && { allow }), ...(deny && { deny }), ...(rewrite && { rewrite }), max };
}
