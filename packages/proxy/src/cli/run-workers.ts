import { Drain } from "@pagoda/core";
import { GroupMetrics, metricsPage, SeriesLimits } from "@pagoda/metrics";
import { formatEndpoint, parseEndpoint } from "@pagoda/tcp";

import { groupFigures, mergeStates, TapSessionsError, TrafficViews } from "@pagoda/traffic";
import type { TrafficState } from "@pagoda/traffic";
import { Registry } from "prom-client";

import { loadDashboard } from "../admin/dashboard-files.ts";
import { adminRoutes } from "../admin/routes.ts";
import { startAdmin } from "../admin/server.ts";
import { stackStatus } from "../admin/stack-status.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { MetricsConfig } from "../config/model.ts";
import { jsonSchema } from "../config/schema/json-schema.ts";
import type { Logger } from "../log.ts";
import { startProxy } from "../proxy.ts";
import type { NamedConfig } from "../proxy.ts";
import { Reloader } from "../runtime/reloader.ts";
import type { ReloadTrigger } from "../runtime/reloader.ts";
import { runPrimary } from "../workers/primary.ts";
import type { PrimaryStatus } from "../workers/merge-status.ts";
import { serveAsWorker } from "../workers/serve-as-worker.ts";
import { untilEnded } from "../workers/until-ended.ts";
import type { WorkerProxy } from "../workers/worker-proxy.ts";
import { reloadTriggers } from "./reload-triggers.ts";
import { endSignals } from "./signals.ts";

export interface RunWorkersOptions {
  readonly loaded: LoadedConfig;
  readonly load: () => Promise<LoadedConfig>;
  readonly log: Logger;
}

/** The process that the others are children of: it serves nobody but the admin server's callers. */
export async function runAsPrimary({ loaded, load, log }: RunWorkersOptions): Promise<number> {
  const signals = endSignals();
  const { workers: count, admin: adminConfig, drainTimeoutMs } = loaded.config;
  await using primary = await runPrimary({
    count,
    log,
    traffic: { mergeStates, tooManyTaps: (max) => new TapSessionsError(max) },
  });
  const states = async (): Promise<TrafficState> => (merged = mergeStates(await primary.collectTraffic()));
  let merged = mergeStates([]);
  using views = new TrafficViews(states);
  const groups = groupPage(loaded.config.metrics, () => merged);
  let running = loaded;
  const drain = new Drain();
  const reload = async (trigger: ReloadTrigger): ReturnType<typeof primary.reload> => {
    const result = await primary.reload();
    log.info({ trigger, ...result }, "configuration reloaded by the workers");
    // What they refused is the file's still: what it said before holds, and is watched.
    if (result.outcome === "rejected") return result;
    running = await load().catch(() => running);
    triggers.watch(running);
    return result;
  };
  const routes = adminRoutes({
    metrics: async (accept) => metricsPage(Registry.merge([await primary.metrics(), groups]), accept),
    drain,
    checks: async () =>
      (await primary.status()).checks.map(({ name, reason }) => ({ name, failing: () => reason })),
    listeners: async () => listenersOf(await primary.status()),
    stacks: async () => (await primary.status()).stacks,
    config: () => running.print({ origins: true }),
    configSchema: jsonSchema,
    clusters: () => primary.clusters(),
    connections: () => primary.connections(),
    traffic: views,
    tap: { open: (request) => primary.openTap(request) },
    dashboard: loadDashboard(),
    reload: () => reload("api"),
    startDrain: () => void process.kill(process.pid, "SIGTERM"),
    logLevel: () => log.level,
    setLogLevel: (level) => {
      log.level = level;
      primary.setLogLevel(level);
    },
  });
  await using admin = adminConfig && (await startAdmin({ config: adminConfig, routes, log }));
  using triggers = reloadTriggers({ loaded, load, reload });
  const { listeners } = await primary.status();
  log.info(
    {
      source: loaded.source,
      address: listeners[0]?.address,
      admin: admin === undefined ? "off" : formatEndpoint(admin.address),
      listeners: listeners.map(({ name, address }) => ({ listener: name, address })),
      workers: count,
    },
    "serving",
  );
  void signals.first.then(() => drain.start({ deadlineMs: drainTimeoutMs }));
  // Awaited here: `using` ends the workers when this function returns.
  return await untilEnded(primary, { signals, drainTimeoutMs: running.config.drainTimeoutMs, log });
}

function listenersOf({ listeners }: PrimaryStatus) {
  return listeners.map((one) => ({ ...one, address: parseEndpoint(one.address) }));
}

/** The families of groups, which no worker knows alone. */
function groupPage(limits: MetricsConfig, state: () => TrafficState): Registry {
  // Counts of the limits themselves are the workers' to show.
  const series = new SeriesLimits(new Registry(), limits);
  const registry = new Registry();
  GroupMetrics.register(registry, { series, figures: () => groupFigures(state()) });
  return registry;
}

/** A process that serves, and has no admin server: the primary asks it. */
export function runAsWorker({ loaded, load, log }: RunWorkersOptions): Promise<number> {
  const { drainTimeoutMs } = loaded.config;
  const start = async ({ id }: { readonly id: number }): Promise<WorkerProxy> => {
    const own = log.child({ worker: id });
    const ofWorker = (of: LoadedConfig): NamedConfig => configOf(of, id);
    const proxy = await startProxy(ofWorker(loaded), { log: own });
    const reloader = new Reloader({
      proxy,
      running: ofWorker(loaded),
      load: async () => ofWorker(await load()),
      onApplied: () => {},
      log: own,
    });
    let draining = false;
    return {
      registry: proxy.metrics.registry,
      drain: async (options) => {
        draining = true;
        return (await proxy.drain(options)) === "drained" ? "drained" : "forced";
      },
      reload: () => reloader.reload("SIGHUP"),
      status: () => ({
        checks: proxy.checks().map(({ name, failing }) => {
          const reason = failing();
          return reason === undefined ? { name } : { name, reason };
        }),
        listeners: proxy.listeners.map(({ name, address, connections }) => ({
          name,
          address: formatEndpoint(address),
          state: draining ? ("draining" as const) : ("serving" as const),
          connections,
        })),
        stacks: stackStatus(proxy.stacks()),
      }),
      traffic: () => proxy.traffic.state(),
      clusters: () => proxy.clusters(),
      connections: () => proxy.traffic.connections(),
      tap: (request) => proxy.traffic.tap.open(request),
      setLogLevel: (level) => {
        log.level = level;
        own.level = level;
      },
      [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
    };
  };
  return serveAsWorker({ start, log, drainTimeoutMs });
}

/** A worker has no admin server, and from the second on a state file of its own: each has one writer. */
function configOf({ config, hash, source }: LoadedConfig, id: number): NamedConfig {
  const listeners = config.listeners.map((listener) => {
    const { target } = listener;
    if (id === 1 || target.cluster === undefined || target.advertise.stateFile === undefined) return listener;
    const stateFile = `${target.advertise.stateFile}.${id}`;
    return { ...listener, target: { ...target, advertise: { ...target.advertise, stateFile } } };
  });
  return { config: { ...config, admin: undefined, listeners }, hash, source };
}
