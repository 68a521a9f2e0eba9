import { joinWatchers } from "@pagoda/metrics";
import type { ExchangeWatcher, Metrics } from "@pagoda/metrics";
import { Groups, OffsetTimeline, Tap, TrafficRecorder } from "@pagoda/traffic";
import type { TrafficState, WatchedConnection } from "@pagoda/traffic";
import type { ConnectionStatus } from "@pagoda/traffic/view";

import type { TapConfig } from "../config/model.ts";
import type { FrameLog, Logger } from "../log.ts";
import { frameLog } from "./frame-log.ts";
import { OpenConnections } from "./open-connections.ts";

export interface ProxyTrafficOptions {
  /** Names are bounded as those of its labels are. */
  readonly metrics: Pick<Metrics, "series" | "tap">;
  readonly tap: TapConfig;
  /** Whether frames are logged. @default "off" */
  readonly frames?: FrameLog;
  readonly log: Logger;
}

/** What this process sees pass by: the record of it, taps, and the connections that are open. */
export class ProxyTraffic {
  readonly tap: Tap;
  /** Whether connections from now on have their frames logged. */
  frames: FrameLog;
  readonly #recorder: TrafficRecorder;
  readonly #connections = new OpenConnections();
  readonly #log: Logger;

  /** @throws RangeError for a rule of `tap` that makes no sense. */
  constructor({ metrics, tap: { values, redact }, frames = "off", log }: ProxyTrafficOptions) {
    const names = metrics.series;
    const groups = new Groups({ names });
    this.#recorder = new TrafficRecorder({ names, groups, newTimeline: () => new OffsetTimeline() });
    this.tap = new Tap({
      allowValues: values,
      redact: redact.map(({ topic, match, to }) => ({ topic, match, replacement: to })),
      metrics: metrics.tap,
    });
    this.frames = frames;
    this.#log = log;
  }

  /** Watches the requests of one client's connection. */
  watch(watched: WatchedConnection): ExchangeWatcher {
    const { connection } = watched;
    const watchers = [
      this.#recorder.watch(watched),
      this.tap.watch(watched),
      this.#connections.watch(watched),
    ];
    if (this.frames === "headers") watchers.push(frameLog({ log: this.#log, connection }));
    return joinWatchers(...watchers);
  }

  state(): TrafficState {
    return this.#recorder.state();
  }

  /** Those of Kafka clients, the oldest first. */
  connections(): readonly ConnectionStatus[] {
    return this.#connections.list();
  }
}
