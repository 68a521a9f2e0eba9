import type { Drain, GuardedService, Scope } from "@pagoda/core";
import type { Metrics } from "@pagoda/metrics";
import { bind } from "@pagoda/tcp";
import type { Connection, Listener, ListenOptions, ServerTls } from "@pagoda/tcp";

import type { Logger } from "./log.ts";
import type { ListenerOptions, Target } from "./options.ts";
import { inbound } from "./stacks/inbound.ts";
import { upstreamTls } from "./tls-files.ts";
import { Upstream } from "./upstream.ts";
import type { UpstreamOptions } from "./upstream.ts";

/** What a proxy shares with whatever it is built on. */
export interface GroundParts {
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly drain: Drain;
  readonly tls: ServerTls | undefined;
  readonly scope: Scope;
  readonly listen: ListenOptions;
}

/** A stack and what it stands on: listeners above, an upstream below. */
export interface Ground {
  readonly upstream: Upstream;
  readonly service: GuardedService<Connection, void>;
  /** The first is the one that clients begin with. */
  readonly listeners: readonly [Listener, ...Listener[]];
}

/** One listener before one service. @throws CertificateError, ListenError */
export async function openService(
  options: ListenerOptions & Extract<Target, { readonly cluster?: undefined }>,
  { listen, scope, ...parts }: GroundParts,
): Promise<Ground> {
  const connect = await upstreamOptions(options, { ...parts, scope });
  const { upstream: endpoint } = options;
  const upstream = scope.use(new Upstream({ ...connect, direction: "inbound", endpoints: () => [endpoint] }));
  const service = scope.use(inbound(options, { ...parts, upstream }));
  const listener = scope.use(await bind(listen));
  void upstream.probe();
  return { upstream, service, listeners: [listener] };
}

/** What every upstream is opened with. @throws CertificateError */
export async function upstreamOptions(
  { name, upstreamTls: files, connectTimeoutMs, sendProxyHeader }: ListenerOptions,
  { metrics, log, scope }: Pick<GroundParts, "metrics" | "log" | "scope">,
): Promise<Pick<UpstreamOptions, "connect" | "sendProxyHeader" | "metrics" | "log">> {
  const tls = files && (await upstreamTls(files, scope, log));
  return {
    connect: { name, timeoutMs: connectTimeoutMs, ...(tls && { tls }) },
    sendProxyHeader,
    metrics,
    log,
  };
}
