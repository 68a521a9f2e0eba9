import type {
  ApiRow,
  BrokerRow,
  ClientRow,
  EdgeRow,
  GroupRow,
  Latency,
  ListenerRow,
  Problem,
  TopicRow,
  Window,
} from "./rows.ts";

/** All that is known of the traffic at one moment: what `GET /api/traffic` answers. */
export interface TrafficView {
  /** Unix milliseconds. */
  readonly at: number;
  readonly startedAt: number;
  readonly window: Window;
  /** Seconds that the rates really are over: fewer than the window's, after a start. */
  readonly windowSeconds: number;
  readonly totals: Totals;
  readonly listeners: readonly ListenerRow[];
  readonly apis: readonly ApiRow[];
  readonly topics: readonly TopicRow[];
  readonly clients: readonly ClientRow[];
  readonly groups: readonly GroupRow[];
  readonly brokers: readonly BrokerRow[];
  readonly edges: readonly EdgeRow[];
  readonly problems: readonly Problem[];
}

/** Of all listeners. */
export interface Totals {
  readonly requestsPerSecond: number;
  readonly okShare: number | null;
  readonly latency: Latency;
  readonly proxyMs: number | null;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
  readonly connections: number;
  /** The largest of all groups; null where none is known. */
  readonly maxLag: {
    readonly group: string;
    readonly records: number;
    readonly seconds: number | null;
  } | null;
}
