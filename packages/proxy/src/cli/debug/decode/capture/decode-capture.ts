import { ProxyError } from "@pagoda/core";

import type { JsonObject, WalkOptions } from "../walk-message.ts";
import type { ByteSource } from "./byte-source.ts";
import { Conversation, errorJson } from "./conversation.ts";
import type { Packet } from "./packet.ts";
import { segmentOf } from "./tcp-segment.ts";
import type { TcpSegment } from "./tcp-segment.ts";

/** Connections followed at once; one more ends the one that was silent longest. */
const maxConnections = 4_096;
/** Bytes that all of them wait with; more ends the one that was silent longest. */
const maxHeldBytes = 268_435_456;

/**
 * The Kafka frames in a capture, in the order in which they are complete, one object each; then one
 * with a summary: what there was, and what was left out.
 *
 * Memory is bounded by what connections hold that is no whole frame yet. A file that is damaged ends
 * the frames; the summary has the error.
 */
export async function* decodeCapture(
  read: (source: ByteSource) => AsyncGenerator<Packet, void>,
  source: ByteSource,
  options: WalkOptions,
): AsyncGenerator<JsonObject, void> {
  const capture = new Capture(options);
  let error: ProxyError | undefined;
  try {
    for await (const packet of read(source)) {
      capture.add(packet);
      yield* capture.takeLines();
    }
  } catch (caught) {
    if (!ProxyError.is(caught)) throw caught;
    error = caught;
  }
  capture.end();
  yield* capture.takeLines();
  yield { summary: { ...capture.summary(), ...(error && { error: errorJson(error) }) } };
}

class Capture {
  readonly #options: WalkOptions;
  /** By their addresses, the one that was silent longest first. */
  readonly #open = new Map<string, Conversation>();
  readonly #counts = {
    packets: 0,
    connections: 0,
    requests: 0,
    responses: 0,
    unanswered: 0,
    lostBytes: 0,
  };
  readonly #leftOut: Record<string, number> = {};
  #heldBytes = 0;
  #lines: JsonObject[] = [];

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  add(packet: Packet): void {
    this.#counts.packets++;
    const segment = segmentOf(packet);
    if (typeof segment === "string") {
      this.#leaveOut(`packets: ${segment}`);
      return;
    }
    const key = [segment.source, segment.target].toSorted().join(" ");
    const conversation = this.#conversationOf(key, segment);
    const before = conversation.heldBytes;
    conversation.add(segment);
    this.#heldBytes += conversation.heldBytes - before;
    if (segment.isReset) this.#finish(key, conversation);
    while (this.#heldBytes > maxHeldBytes || this.#open.size > maxConnections) this.#finishOldest();
  }

  takeLines(): JsonObject[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  end(): void {
    for (const [key, conversation] of this.#open) this.#finish(key, conversation);
  }

  summary(): JsonObject {
    return { ...this.#counts, leftOut: this.#leftOut };
  }

  #conversationOf(key: string, { isSyn, isAck }: TcpSegment): Conversation {
    const known = this.#open.get(key);
    if (known !== undefined && isSyn && !isAck && known.isUnderWay) this.#finish(key, known);
    else if (known !== undefined) {
      this.#open.delete(key);
      this.#open.set(key, known);
      return known;
    }
    const begun = new Conversation(++this.#counts.connections, this.#options, (line) =>
      this.#lines.push(line),
    );
    this.#open.set(key, begun);
    return begun;
  }

  #finishOldest(): void {
    const [oldest] = this.#open;
    if (oldest === undefined) this.#heldBytes = 0;
    else this.#finish(...oldest);
  }

  #finish(key: string, conversation: Conversation): void {
    this.#open.delete(key);
    this.#heldBytes -= conversation.heldBytes;
    conversation.end();
    for (const name of ["requests", "responses", "unanswered", "lostBytes"] as const)
      this.#counts[name] += conversation.counts[name];
    if (conversation.unread !== undefined) this.#leaveOut(`connections: ${conversation.unread}`);
  }

  #leaveOut(what: string): void {
    this.#leftOut[what] = (this.#leftOut[what] ?? 0) + 1;
  }
}
