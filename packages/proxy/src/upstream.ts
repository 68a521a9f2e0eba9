import { Context, messageOf } from "@pagoda/core";
import type { Metrics } from "@pagoda/metrics";
import { connect, formatEndpoint } from "@pagoda/tcp";
import type { Connection, ConnectOptions } from "@pagoda/tcp";
import { BehaviorSubject } from "rxjs";
import type { Observable } from "rxjs";

import type { Logger } from "./log.ts";

/** Whether the upstream could be reached when it was last tried. */
export type UpstreamHealth =
  | { readonly state: "unknown" | "reachable" }
  | { readonly state: "unreachable"; readonly reason: string };

export interface UpstreamOptions {
  readonly connect: ConnectOptions;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Milliseconds between two attempts of our own while it cannot be reached. @default 5000 */
  readonly retryMs?: number;
}

/**
 * The upstream, as the proxy sees it: opens connections to it, measures them, and remembers whether
 * it can be reached. While it cannot, it is tried in the background, so that `/ready` turns green
 * by itself.
 */
export class Upstream implements Disposable {
  readonly #options: UpstreamOptions;
  readonly #health = new BehaviorSubject<UpstreamHealth>({ state: "unknown" });
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  /** The current health, then every change. */
  get changes(): Observable<UpstreamHealth> {
    return this.#health.asObservable();
  }

  get health(): UpstreamHealth {
    return this.#health.value;
  }

  get name(): string {
    return formatEndpoint(this.#options.connect);
  }

  /** @throws ConnectError, or the reason when `cx` is cancelled. */
  async open(cx: Context): Promise<Connection> {
    const { metrics, connect: options } = this.#options;
    try {
      const connection = await metrics.upstream.connecting("bootstrap", () => connect(options, cx));
      this.#reached();
      return connection;
    } catch (error) {
      if (!cx.cancelled) this.#missed(messageOf(error));
      throw error;
    }
  }

  /** Opens a connection and closes it again, to learn whether the upstream is there. */
  async probe(): Promise<void> {
    const cx = Context.background().fork();
    try {
      const connection = await connect(this.#options.connect, cx);
      connection.close("policy");
      this.#reached();
    } catch (error) {
      this.#missed(messageOf(error));
    }
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#health.complete();
  }

  #reached(): void {
    if (this.#closed || this.#health.value.state === "reachable") return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#options.log.info({ upstream: this.name }, "upstream reachable");
    this.#health.next({ state: "reachable" });
  }

  #missed(reason: string): void {
    if (this.#closed) return;
    if (this.#health.value.state !== "unreachable") {
      this.#options.log.warn({ upstream: this.name, reason }, "upstream unreachable; serving all the same");
    }
    this.#health.next({ state: "unreachable", reason });
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.probe();
    }, this.#options.retryMs ?? 5_000).unref();
  }
}
