import { Drain, DrainingError, Scope } from "@pagoda/core";
import type { DrainOptions, DrainState } from "@pagoda/core";
import { createMetrics, GroupMetrics, metricsPage, printCompat } from "@pagoda/metrics";
import type { Metrics } from "@pagoda/metrics";
import type { Endpoint, Reload } from "@pagoda/tcp";
import { groupFigures, TrafficViews } from "@pagoda/traffic";
import { isDeepStrictEqual } from "node:util";
import { Registry } from "prom-client";

import type { ClusterStatus } from "./admin/cluster-status.ts";
import { loadDashboard } from "./admin/dashboard-files.ts";
import type { ListenerStatus, ReadinessCheck } from "./admin/readiness.ts";
import { adminRoutes } from "./admin/routes.ts";
import type { AdminParts } from "./admin/routes.ts";
import { startAdmin } from "./admin/server.ts";
import type { AdminConfig, ProxyConfig, TracingConfig } from "./config/model.ts";
import { jsonSchema } from "./config/schema/json-schema.ts";
import type { Logger } from "./log.ts";
import { Listeners } from "./runtime/listeners.ts";
import type { ListenerChanges } from "./runtime/listeners.ts";
import type { StackTracing } from "./stacks/parts.ts";
import { ProxyTraffic } from "./traffic/proxy-traffic.ts";
import { buildInfo } from "./version.ts";

/** What a program hands to the proxy that it runs. */
export interface ProxyParts {
  readonly log: Logger;
  /** Where the metrics are registered. @default a registry of the proxy's own */
  readonly registry?: Registry;
  /** What the admin server can ask of the program. @default nothing */
  readonly control?: ProxyControl;
}

/** What only the program around the proxy can do or tell. */
export type ProxyControl = Pick<AdminParts, "config" | "reload" | "startDrain">;

/** A configuration, and what it is called in metrics and logs. */
export interface NamedConfig {
  readonly config: ProxyConfig;
  /** As `sha256:...`. */
  readonly hash: string;
  /** The file that it came from, or `flags`. */
  readonly source: string;
}

/** What a new configuration has changed. */
export interface Applied extends ListenerChanges {
  /** Parts that differ and hold only from the next start on. */
  readonly needRestart: readonly string[];
}

/** A running proxy. Disposing it ends it at once; `drain` ends it in order. */
export interface Proxy extends AsyncDisposable {
  /** Where clients connect to the first listener, with the port that was really bound. */
  readonly address: Endpoint;
  readonly listeners: readonly RunningListener[];
  /** Where the admin server listens; undefined when it is off. */
  readonly admin: Endpoint | undefined;
  readonly metrics: Metrics;
  /** Accepted connections that are open now. */
  readonly connections: number;
  /**
   * Follows another configuration, listener by listener: all of it, or nothing is changed.
   * Connections keep the stack that they began with, unless the configuration says to drain them.
   * @throws CertificateError, ListenError, StateFileError, DrainingError
   */
  apply(next: NamedConfig): Promise<Applied>;
  /** What has to hold before traffic should be sent here, and why it does not. */
  checks(): readonly ReadinessCheck[];
  /** The stack of each listener, by its name. */
  stacks(): ReadonlyMap<string, object>;
  /** The clusters behind the listeners. */
  clusters(): readonly ClusterStatus[];
  /** What its requests are, for those who look. */
  readonly traffic: ProxyTraffic;
  /** Reads certificates again, now, without waiting to see that they changed. Never rejects. */
  reloadCertificates(): Promise<readonly Reload[]>;
  /**
   * Stops accepting, lets connections finish, and resets what is left at the deadline. The admin
   * server stays, so that `/ready` can say what is going on; dispose the proxy afterwards.
   */
  drain(options: DrainOptions): Promise<DrainState>;
}

export interface RunningListener {
  readonly name: string;
  readonly address: Endpoint;
  readonly connections: number;
}

/**
 * Starts the reference proxy and its admin server. It starts without its upstreams too: `/ready`
 * then says why it is not ready.
 * @throws CertificateError, ListenError, StateFileError. Nothing is left open when it fails.
 */
export async function startProxy(
  first: NamedConfig,
  { log, registry, control = {} }: ProxyParts,
): Promise<Proxy> {
  const { compat, ...series } = first.config.metrics;
  const metrics = createMetrics({ registry: registry ?? new Registry(), build: buildInfo(), series });
  printCompat(metrics.registry, compat);
  const drain = new Drain();
  const scope = new Scope();
  const tracing = first.config.tracing && (await openTracing(first.config.tracing, scope, log));
  const traffic = new ProxyTraffic({
    metrics,
    tap: first.config.tap,
    frames: first.config.logFrames,
    log,
  });
  const listeners = scope.use(new Listeners({ metrics, log, tracing, traffic }));
  let current = first.config;
  let applying: Promise<unknown> = Promise.resolve();
  for (const { name } of current.listeners) metrics.process.listenerState(name, "initializing");
  try {
    await follow(first);
    const admin = current.admin && (await openAdmin(current.admin));
    return {
      get address() {
        return (listeners.all[0] as RunningListener).address;
      },
      get listeners() {
        return listeners.all;
      },
      admin,
      metrics,
      get connections() {
        return listeners.connections;
      },
      apply: (next) => {
        const applied = inTurn(next, applying);
        applying = applied.catch(() => {});
        return applied;
      },
      checks,
      stacks,
      clusters,
      traffic,
      reloadCertificates: async () =>
        (await Promise.all(listeners.all.map((listener) => listener.reloadCertificates()))).flat(),
      drain: (options) => end(options),
      [Symbol.asyncDispose]: () => scope.close(),
    };
  } catch (error) {
    await scope.close();
    throw error;
  }

  /** One after the other: each is held against the one before it. */
  async function inTurn(next: NamedConfig, before: Promise<unknown>): Promise<Applied> {
    await before;
    if (drain.draining) throw new DrainingError();
    return follow(next);
  }

  async function follow({ config, hash, source }: NamedConfig): Promise<Applied> {
    const { drainTimeoutMs, reload } = config;
    const changes = await listeners.apply(config, {
      drainChangedMs: reload.drain ? drainTimeoutMs : undefined,
      drainRemovedMs: drainTimeoutMs,
    });
    const needRestart = fixedParts.filter((part) => !isDeepStrictEqual(first.config[part], config[part]));
    // One that was changed at run time stays, until the configuration says another.
    if (config.logLevel !== current.logLevel) log.level = config.logLevel;
    traffic.frames = config.logFrames;
    current = config;
    for (const name of changes.removed) metrics.process.listenerRemoved(name);
    for (const listener of listeners.all) {
      metrics.process.listenerState(listener.name, "serving");
      metrics.process.servedCertificate(listener.name, () => listener.certificateExpiresAt);
    }
    metrics.process.configApplied(hash, source);
    return { ...changes, needRestart };
  }

  async function end(options: DrainOptions): Promise<DrainState> {
    for (const { name } of listeners.all) metrics.process.listenerState(name, "draining");
    const release = drain.retain();
    void listeners.drain(options).then(release);
    return drain.start(options);
  }

  async function openAdmin(admin: AdminConfig): Promise<Endpoint> {
    const views = scope.use(new TrafficViews(() => traffic.state()));
    const { series } = metrics;
    GroupMetrics.register(metrics.registry, { series, figures: () => groupFigures(traffic.state()) });
    const routes = adminRoutes({
      metrics: (accept) => metricsPage(metrics.registry, accept),
      drain,
      checks,
      listeners: () => listeners.all.map(statusOf),
      stacks,
      clusters,
      connections: () => traffic.connections(),
      traffic: views,
      tap: { open: (request) => traffic.tap.open(request), onDropped: () => metrics.tap.dropped() },
      dashboard: loadDashboard(),
      configSchema: jsonSchema,
      logLevel: () => log.level,
      setLogLevel: (level) => {
        log.level = level;
      },
      ...control,
    });
    return scope.use(await startAdmin({ config: admin, routes, log })).address;
  }

  function statusOf({ name, address, connections }: RunningListener): ListenerStatus {
    return { name, address, connections, state: drain.draining ? "draining" : "serving" };
  }

  function stacks(): ReadonlyMap<string, object> {
    return new Map(listeners.all.map(({ name, service }) => [name, service]));
  }

  function clusters(): readonly ClusterStatus[] {
    return listeners.all.flatMap(({ clusterStatus }) => clusterStatus ?? []);
  }

  function checks(): readonly ReadinessCheck[] {
    if (!current.readyNeedsUpstream) return [];
    const several = listeners.all.length > 1;
    return listeners.all.map((listener) => ({
      name: several ? `upstream of ${listener.name}` : "upstream",
      failing: () => listener.failing,
    }));
  }
}

/** Loaded where it is asked for: the SDK is not small. */
async function openTracing(
  config: TracingConfig,
  scope: Scope,
  log: Logger,
): Promise<StackTracing | undefined> {
  const { startTracing } = await import("./tracing/start-tracing.ts");
  const tracing = startTracing(config, log, buildInfo().version);
  if (tracing === undefined) return undefined;
  scope.use(tracing);
  return { tracer: tracing.tracer, inject: config.inject === "missing" };
}

/** What is made once, at the start. */
const fixedParts = ["metrics", "tracing", "tap", "workers", "admin"] as const;
