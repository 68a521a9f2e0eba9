import { notNegative, whole } from "@pagoda/core";

import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import type { ApiTypes } from "../../protocol/generated/registry.ts";

/** Requests to treat badly: an error, a delay, or both. */
export interface Fault {
  /** Which API, by Kafka's name for it. */
  readonly api: keyof ApiTypes;
  /**
   * The error that is told of everything the request asks for. It is `errorResponse` of the codec: a
   * response with no place for an error (Metadata of all topics, before version 13) says nothing at all.
   * @default none: the request is carried out
   */
  readonly error?: KafkaErrorName;
  /**
   * Milliseconds until the request is looked at; what its connection sends behind it waits as well.
   * `Infinity` never answers: it hangs until its client goes away.
   * @default 0
   */
  readonly delayMs?: number;
  /** How many requests to treat so. @default 1 */
  readonly times?: number;
  /** Only at this broker. @default every broker */
  readonly nodeId?: number;
}

interface Armed {
  readonly fault: Fault;
  left: number;
}

/** Errors waiting for the requests that they are meant for. */
export class Faults {
  readonly #armed = new Set<Armed>();

  /** Adds a fault; the function returned takes it back. @throws RangeError if it makes no sense. */
  add(fault: Fault): () => void {
    const { error, delayMs = 0 } = fault;
    if (error === undefined && delayMs === 0) throw new RangeError("a fault needs an error or a delayMs");
    if (delayMs !== Infinity) notNegative("delayMs", delayMs);
    const armed: Armed = { fault, left: whole("times", fault.times ?? 1, 1) };
    this.#armed.add(armed);
    return () => this.#armed.delete(armed);
  }

  /** What to do to this request, which is then used up; undefined for nothing. */
  take(api: string, nodeId: number): Fault | undefined {
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (fault.api !== api || (fault.nodeId !== undefined && fault.nodeId !== nodeId)) continue;
      armed.left -= 1;
      if (armed.left === 0) this.#armed.delete(armed);
      return fault;
    }
    return undefined;
  }
}
