import { Drain, Scope } from "@pagoda/core";
import type { DrainOptions, DrainState } from "@pagoda/core";
import { createMetrics } from "@pagoda/metrics";
import type { Metrics } from "@pagoda/metrics";
import { bind, serve } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";
import { createHash } from "node:crypto";
import { Registry } from "prom-client";

import { adminRoutes } from "./admin/routes.ts";
import { startAdmin } from "./admin/server.ts";
import type { Logger } from "./log.ts";
import type { ProxyOptions } from "./options.ts";
import { inbound } from "./stacks/inbound.ts";
import { listenerTls, upstreamTls } from "./tls-files.ts";
import { Upstream } from "./upstream.ts";
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
 * Starts the reference proxy: one listener, one upstream, an admin server. It starts without its
 * upstream too: `/ready` then says why it is not ready.
 *
 * @throws CertificateError, ListenError. Nothing is left open when it fails.
 */
export async function startProxy(options: ProxyOptions, { log, registry }: ProxyParts): Promise<Proxy> {
  const { name } = options;
  const metrics = createMetrics({ registry: registry ?? new Registry(), build: buildInfo() });
  const drain = new Drain();
  const scope = new Scope();
  metrics.process.listenerState(name, "initializing");
  metrics.process.configApplied(hashOf(options), "flags");
  try {
    const tls = options.tls && (await listenerTls(options.tls, scope, log));
    if (tls !== undefined) metrics.process.servedCertificate(name, () => tls.expiresAt);
    const secured = options.upstreamTls && (await upstreamTls(options.upstreamTls, scope, log));
    const upstream = scope.use(
      new Upstream({
        endpoint: options.upstream,
        connect: { name, timeoutMs: options.connectTimeoutMs, ...(secured && { tls: secured }) },
        sendProxyHeader: options.sendProxyHeader,
        metrics,
        log,
      }),
    );
    const service = scope.use(inbound(options, { metrics, log, tls, upstream, drain }));
    const admin = options.admin && (await openAdmin(options.admin, { service, upstream }));
    const listener = scope.use(
      await bind({
        ...options.listen,
        name,
        maxConnections: options.maxConnections,
        onAcceptError: acceptFailed,
      }),
    );
    const serving = serve(listener, service, { drain, scope });
    metrics.process.listenerState(name, "serving");
    void upstream.probe();
    drain.onStart(() => metrics.process.listenerState(name, "draining"));
    return {
      address: serving.address,
      admin,
      metrics,
      get connections() {
        return serving.open;
      },
      drain: (drainOptions) => drain.start(drainOptions),
      [Symbol.asyncDispose]: () => scope.close(),
    };
  } catch (error) {
    await scope.close();
    throw error;
  }

  async function openAdmin(
    bindTo: Endpoint,
    { service, upstream }: { readonly service: object; readonly upstream: Upstream },
  ): Promise<Endpoint> {
    const checks = [{ name: "upstream", failing: () => upstream.failing }];
    const routes = adminRoutes({ metrics, drain, checks, stacks: new Map([[name, service]]) });
    const onError = (path: string, error: unknown): void =>
      log.error({ path, err: error }, "admin request failed");
    return scope.use(await startAdmin({ bind: bindTo, routes, onError })).address;
  }

  function acceptFailed(error: Error): void {
    log.error({ listener: name, err: error }, "a connection could not be accepted");
  }
}

function hashOf(options: ProxyOptions): string {
  return `sha256:${createHash("sha256").update(JSON.stringify(options)).digest("hex").slice(0, 16)}`;
}
