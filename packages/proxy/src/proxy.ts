import { Drain, Scope } from "@pagoda/core";
import type { DrainOptions, DrainState } from "@pagoda/core";
import { createMetrics, metricsPage } from "@pagoda/metrics";
import type { Metrics } from "@pagoda/metrics";
import { serve } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";
import { createHash } from "node:crypto";
import { Registry } from "prom-client";

import { adminRoutes } from "./admin/routes.ts";
import { startAdmin } from "./admin/server.ts";
import { openCluster } from "./cluster/open-cluster.ts";
import { openService } from "./ground.ts";
import type { Ground } from "./ground.ts";
import type { Logger } from "./log.ts";
import { refusals } from "./refusals.ts";
import type { ProxyOptions } from "./options.ts";
import { listenerTls } from "./tls-files.ts";
import { buildInfo } from "./version.ts";

/** What a program hands to the proxy that it runs. */
export interface ProxyParts {
  readonly log: Logger;
  /** Where the metrics are registered. @default a registry of the proxy's own */
  readonly registry?: Registry;
}

/** A running proxy. Disposing it ends it at once; `drain` ends it in order. */
export interface Proxy extends AsyncDisposable {
  /** Where clients connect, with the port that was really bound. */
  readonly address: Endpoint;
  /** Where the admin server listens; undefined when it is off. */
  readonly admin: Endpoint | undefined;
  readonly metrics: Metrics;
  /** Accepted connections that are open now. */
  readonly connections: number;
  /**
   * Stops accepting, lets connections finish, and resets what is left at the deadline. The admin
   * server stays, so that `/ready` can say what is going on; dispose the proxy afterwards.
   */
  drain(options: DrainOptions): Promise<DrainState>;
}

/**
 * Starts the reference proxy before one service or a whole cluster, and an admin server. It starts
 * without its upstream too: `/ready` then says why it is not ready.
 * @throws CertificateError, ListenError. Nothing is left open when it fails.
 */
export async function startProxy(options: ProxyOptions, { log, registry }: ProxyParts): Promise<Proxy> {
  const { name, maxConnections } = options;
  const metrics = createMetrics({ registry: registry ?? new Registry(), build: buildInfo() });
  const drain = new Drain();
  const scope = new Scope();
  metrics.process.listenerState(name, "initializing");
  metrics.process.configApplied(hashOf(options), "flags");
  try {
    const tls = options.tls && (await listenerTls(options.tls, scope, log));
    if (tls !== undefined) metrics.process.servedCertificate(name, () => tls.expiresAt);
    const listen = {
      ...options.listen,
      name,
      maxConnections,
      onAcceptError: acceptFailed,
      onRefused: refusals({
        metrics,
        log,
        tls: tls !== undefined,
        direction: options.cluster ? "outbound" : "inbound",
      }),
    };
    const parts = { metrics, log, drain, tls, scope, listen };
    const ground = await (options.cluster ? openCluster(options, parts) : openService(options, parts));
    const admin = options.admin && (await openAdmin(options.admin, ground));
    const serving = ground.listeners.map((listener) => serve(listener, ground.service, { drain, scope }));
    metrics.process.listenerState(name, "serving");
    drain.onStart(() => metrics.process.listenerState(name, "draining"));
    const [{ address }] = ground.listeners;
    return {
      address,
      admin,
      metrics,
      get connections() {
        return serving.reduce((sum, { open }) => sum + open, 0);
      },
      drain: (drainOptions) => drain.start(drainOptions),
      [Symbol.asyncDispose]: () => scope.close(),
    };
  } catch (error) {
    await scope.close();
    throw error;
  }

  async function openAdmin(bindTo: Endpoint, { service, upstream }: Ground): Promise<Endpoint> {
    const routes = adminRoutes({
      metrics: (accept) => metricsPage(metrics.registry, accept),
      drain,
      checks: () => [{ name: "upstream", failing: () => upstream.failing }],
      listeners: () => [],
      stacks: () => new Map([[name, service]]),
    });
    const config = { bind: bindTo, token: undefined, allowWrites: false, allowedHosts: [] };
    return scope.use(await startAdmin({ config, routes, log })).address;
  }

  function acceptFailed(error: Error): void {
    log.error({ listener: name, err: error }, "a connection could not be accepted");
  }
}

function hashOf(options: ProxyOptions): string {
  return `sha256:${createHash("sha256").update(JSON.stringify(options)).digest("hex").slice(0, 16)}`;
}
