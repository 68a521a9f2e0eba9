import { TokenBucket } from "@pagoda/core";
import type { Outcome, WatchedExchange } from "@pagoda/metrics";

import type { TapEvent, TapMessage } from "../view/tap-event.ts";
import type { ExchangeDetails } from "./exchange-details.ts";
import { isTold } from "./exchange-details.ts";
import { mayName } from "./mentions.ts";
import type { TapSettings } from "./tap-settings.ts";
import type { ToldTopics } from "./told.ts";

/** At most one `missed` in so many milliseconds. */
export const missedEveryMs = 1_000;

/** Who counts what taps do. `TapMetrics` of `@pagoda/metrics` has this shape. */
export interface TapCounts {
  /** A session was opened (1) or closed (-1). */
  sessions(change: 1 | -1): void;
  /** An event was handed to whoever opened the session. */
  sent(): void;
  /** An event was left out: there were more than `maxPerSecond`. */
  sampledOut(): void;
}

/** Where a session sends what it has. */
export interface TapSink {
  next(message: TapMessage): void;
}

/** Names of the exchange that filters of all sessions are held against. */
export interface CheapFacts {
  readonly connection: string;
  readonly client: string | null;
  readonly api: string;
}

/** One who taps: its filter, asked in the order of what the answers cost, and its rate. */
export class TapSession {
  readonly settings: TapSettings;
  readonly #sink: TapSink;
  readonly #counts: TapCounts | undefined;
  readonly #bucket: TokenBucket;
  #sampledOut = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: TapSettings, sink: TapSink, counts: TapCounts | undefined) {
    this.settings = settings;
    this.#sink = sink;
    this.#counts = counts;
    const { maxPerSecond } = settings;
    // A second's worth at once: what is interesting comes in bursts.
    this.#bucket = new TokenBucket({ perSecond: maxPerSecond, burst: Math.ceil(maxPerSecond) });
  }

  /** May it want this exchange, by what the header says? */
  knows({ connection, client, api }: CheapFacts): boolean {
    const { settings } = this;
    if (settings.connection !== undefined && !settings.connection(connection)) return false;
    if (settings.client !== undefined && (client === null || !settings.client(client))) return false;
    return settings.api === undefined || settings.api(api);
  }

  /** Does its filter say more than what `knows` and `mayWant` look at? */
  get wantsMore(): boolean {
    const { topic, group, error } = this.settings;
    return topic !== undefined || group !== undefined || error !== undefined;
  }

  /** Whether what is told of an exchange is to be kept for it. */
  get wantsDetails(): boolean {
    return this.wantsMore || this.hasRoom;
  }

  get hasRoom(): boolean {
    return this.#bucket.waitMs() === 0;
  }

  /** By duration and outcome; nothing is decoded for it. */
  mayWant({ startedMs, request }: WatchedExchange, outcome: Outcome): boolean {
    const { slowerThanMs, error, topic, group } = this.settings;
    if (slowerThanMs >= 0) {
      // What waited for records was not slow.
      if (outcome.waited || outcome.endedMs - startedMs <= slowerThanMs) return false;
    }
    if (error !== undefined && ["success", "none"].includes(outcome.classification)) return false;
    if (topic === undefined && group === undefined) return true;
    const { api } = request;
    if (api === null) return false;
    return (topic === undefined || mayName(api, "topics")) && (group === undefined || mayName(api, "groups"));
  }

  /** By topics that were told: for these nothing is decoded, nor anything made. */
  wantsTold({ topics }: ToldTopics, { request }: WatchedExchange): boolean {
    const { topic } = this.settings;
    if (topic === undefined || topics.size === 0 || !isTold(request.apiKey)) return true;
    for (const name of topics.keys()) if (topic(name)) return true;
    return false;
  }

  /** By what may have to be decoded. */
  wants(details: ExchangeDetails, noAnswer: string | undefined): boolean {
    const { error, topic, group } = this.settings;
    if (error !== undefined && error !== "any" && noAnswer !== error) {
      if (!details.errors.some((one) => one.error === error)) return false;
    }
    if (topic !== undefined && !details.topicNames.some(topic)) return false;
    return group === undefined || [...details.groups].some(group);
  }

  /** Is there anything to decode before `wants` can say? What was told of partitions is there already. */
  decodesFor({ request }: WatchedExchange): boolean {
    const { topic, group, error } = this.settings;
    if (group !== undefined) return true;
    return (topic !== undefined || (error !== undefined && error !== "any")) && !isTold(request.apiKey);
  }

  send(event: TapEvent): void {
    this.#bucket.take();
    this.#counts?.sent();
    this.#sink.next({ kind: "event", event });
  }

  leaveOut(): void {
    this.#sampledOut += 1;
    this.#counts?.sampledOut();
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      const sampledOut = this.#sampledOut;
      this.#timer = undefined;
      this.#sampledOut = 0;
      this.#sink.next({ kind: "missed", sampledOut, dropped: 0 });
    }, missedEveryMs);
    this.#timer.unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
