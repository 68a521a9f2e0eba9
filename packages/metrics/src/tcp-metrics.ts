import { layer } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import { closeCauses } from "@pagoda/tcp";
import type { Connection } from "@pagoda/tcp";
import { Counter, Gauge } from "prom-client";
import type { Registry } from "prom-client";

/** Whether the proxy stands in front of a service or beside a client. */
export type Direction = "inbound" | "outbound";

/** Which of the proxy's two connections is meant: the one accepted or the one it opened. */
export type Peer = "src" | "dst";

/** What a connection is counted under. A closed set, times the listeners of the configuration. */
export interface TcpLabels {
  readonly direction: Direction;
  readonly peer: Peer;
  /** True when this proxy speaks TLS on it; TLS that only passes through does not count. */
  readonly tls: boolean;
}

const labelNames = ["listener", "direction", "peer", "tls"] as const;

/**
 * The `pagoda_tcp_*` families. Byte counters are read off the sockets when the page is asked for,
 * so that they move while a connection lives and cost nothing per chunk.
 */
export class TcpMetrics {
  readonly #opened: Counter<(typeof labelNames)[number]>;
  readonly #closed: Counter<(typeof labelNames)[number] | "cause">;
  readonly #open: Gauge<(typeof labelNames)[number]>;
  readonly #read: Counter<(typeof labelNames)[number]>;
  readonly #written: Counter<(typeof labelNames)[number]>;
  readonly #live = new Set<LiveBytes>();
  readonly #series = new Set<string>();
  /** Connections of which it is not known yet whether they have TLS. */
  readonly #unsettled = new WeakMap<Connection, (tls: boolean) => void>();

  constructor(registry: Registry) {
    const registers = [registry];
    const flushLive = (): void => {
      for (const bytes of this.#live) bytes.flush();
    };
    this.#opened = new Counter({
      name: "pagoda_tcp_open_total",
      help: "Transport connections opened.",
      labelNames,
      registers,
    });
    this.#closed = new Counter({
      name: "pagoda_tcp_close_total",
      help: `Transport connections closed (${closeCauses.join("|")}).`,
      labelNames: [...labelNames, "cause"],
      registers,
    });
    this.#open = new Gauge({
      name: "pagoda_tcp_open_connections",
      help: "Transport connections currently open.",
      labelNames,
      registers,
    });
    this.#read = new Counter({
      name: "pagoda_tcp_read_bytes_total",
      help: "Bytes read, updated live and not only at close.",
      labelNames,
      registers,
      collect: flushLive,
    });
    this.#written = new Counter({
      name: "pagoda_tcp_write_bytes_total",
      help: "Bytes written, updated live and not only at close.",
      labelNames,
      registers,
      collect: flushLive,
    });
  }

  /** Counts a connection from now until it closes, which it does exactly once. */
  watch(connection: Connection, { direction, peer, tls }: TcpLabels): void {
    const labels = { listener: connection.listener, direction, peer, tls: String(tls) };
    this.#preRegister(labels);
    this.#opened.inc(labels);
    this.#open.inc(labels);
    const bytes = new LiveBytes(connection, this.#read.labels(labels), this.#written.labels(labels));
    this.#live.add(bytes);
    // `closed` never rejects.
    void connection.closed.then(({ cause }) => {
      bytes.flush();
      this.#live.delete(bytes);
      this.#open.dec(labels);
      this.#closed.inc({ ...labels, cause });
    });
  }

  /**
   * Counts a connection under the right `tls` where its first bytes decide that: as opened once
   * `settleTls` has said it, and at its close at the latest, as without TLS then. No byte is missed.
   */
  watchUnsettled(connection: Connection, labels: Omit<TcpLabels, "tls">): void {
    const settle = (tls: boolean): void => {
      if (this.#unsettled.delete(connection)) this.watch(connection, { ...labels, tls });
    };
    this.#unsettled.set(connection, settle);
    void connection.closed.then(() => settle(false));
  }

  /** Says of a connection that is watched unsettled what it speaks; the first word counts. */
  settleTls(connection: Connection, tls: boolean): void {
    this.#unsettled.get(connection)?.(tls);
  }

  /** Every cause exists from the first connection on, so that `rate()` sees the first close. */
  #preRegister(labels: { listener: string; direction: Direction; peer: Peer; tls: string }): void {
    const key = Object.values(labels).join("\n");
    if (this.#series.has(key)) return;
    this.#series.add(key);
    for (const cause of closeCauses) this.#closed.inc({ ...labels, cause }, 0);
  }
}

interface Increments {
  inc(value: number): void;
}

/** Carries what a connection counted since the last look over to two counters. */
class LiveBytes {
  readonly #connection: Connection;
  readonly #read: Increments;
  readonly #written: Increments;
  #lastRead = 0;
  #lastWritten = 0;

  constructor(connection: Connection, read: Increments, written: Increments) {
    this.#connection = connection;
    this.#read = read;
    this.#written = written;
  }

  flush(): void {
    const { bytesRead, bytesWritten } = this.#connection;
    this.#read.inc(bytesRead - this.#lastRead);
    this.#written.inc(bytesWritten - this.#lastWritten);
    this.#lastRead = bytesRead;
    this.#lastWritten = bytesWritten;
  }
}

export interface TcpMetricsOptions {
  readonly metrics: { readonly tcp: TcpMetrics };
  /** @default "inbound" */
  readonly direction?: Direction;
  /**
   * Whether this listener terminates TLS. `sniffed`: the client decides, and `settleTls` says which
   * it was; hand it to `sniffTls`:
   *
   * ```ts
   * sniffTls({ tls, onSniffed: (connection, { tls }) => metrics.tcp.settleTls(connection, tls) })
   * ```
   * @default false
   */
  readonly tls?: boolean | "sniffed";
}

/** Counts accepted connections. Outermost, so that it sees what the layers below refuse. */
export function tcpMetrics<C extends Connection, R>(options: TcpMetricsOptions): SameLayer<C, R> {
  const { tcp } = options.metrics;
  const { direction = "inbound", tls = false } = options;
  return layer("tcpMetrics", (inner) => (connection: C, cx) => {
    if (tls === "sniffed") tcp.watchUnsettled(connection, { direction, peer: "src" });
    else tcp.watch(connection, { direction, peer: "src", tls });
    return inner.call(connection, cx);
  });
}
