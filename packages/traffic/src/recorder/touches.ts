import type { WatchedExchange } from "@pagoda/metrics";

import { severity } from "./counters.ts";
import type { Severity } from "./counters.ts";
import type { EdgeRecord } from "./edge-record.ts";
import type { TopicRecord } from "./topic-record.ts";

/** What one exchange has to do with one topic. */
export interface Touch {
  topic: TopicRecord;
  edge: EdgeRecord | undefined;
  /** The worst of the topic's partitions. */
  severity: Severity;
}

/**
 * The topics of the exchanges that are being read. Mostly that is one exchange, and one topic: then
 * nothing is allocated. Answers in pieces are read side by side.
 */
export class Touches {
  #of: WatchedExchange | undefined;
  #list: Touch[] = [];
  #count = 0;
  #others: Map<WatchedExchange, Touch[]> | undefined;

  /** Topics follow one another: the last one is looked for first. There are as many as have a row. */
  touch(exchange: WatchedExchange, topic: TopicRecord): Touch {
    if (exchange !== this.#of) this.#turnTo(exchange);
    for (let at = this.#count - 1; at >= 0; at--) {
      const touch = this.#list[at] as Touch;
      if (touch.topic === topic) return touch;
    }
    let touch = this.#list[this.#count];
    if (touch === undefined) this.#list.push((touch = { topic, edge: undefined, severity: 0 }));
    this.#count += 1;
    touch.topic = topic;
    touch.edge = undefined;
    touch.severity = severity.success;
    return touch;
  }

  /** Tells what an exchange has touched, and forgets it. */
  take(exchange: WatchedExchange, tell: (touch: Touch) => void): void {
    if (exchange !== this.#of) {
      if (this.#others?.has(exchange) !== true) return;
      this.#turnTo(exchange);
    }
    for (let at = 0; at < this.#count; at++) tell(this.#list[at] as Touch);
    this.#of = undefined;
    this.#count = 0;
    if (this.#list.length > keptTouches) this.#list.length = keptTouches;
  }

  #turnTo(exchange: WatchedExchange): void {
    if (this.#of === undefined && this.#others === undefined) {
      this.#of = exchange;
      return;
    }
    const others = (this.#others ??= new Map<WatchedExchange, Touch[]>());
    const known = others.get(exchange);
    if (this.#of !== undefined) {
      this.#list.length = this.#count;
      others.set(this.#of, this.#list);
      this.#list = [];
    }
    this.#of = exchange;
    if (known !== undefined) {
      others.delete(exchange);
      this.#list = known;
    }
    this.#count = known?.length ?? 0;
  }
}

/** Of the objects that are used again: those of a request for many topics are let go. */
const keptTouches = 4;
