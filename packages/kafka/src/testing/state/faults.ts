import { whole } from "@pagoda/core";

import { kafkaErrorNamed } from "../../protocol/errors/error-codes.ts";
import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import type { ApiTypes } from "../../protocol/generated/registry.ts";

/**
 * Requests to refuse. The answer is `errorResponse` of the codec: a response with no place for an
 * error (Metadata of all topics, before version 13) says nothing at all.
 */
export interface Fault {
  /** Which API, by Kafka's name for it. */
  readonly api: keyof ApiTypes;
  /** The error that is told of everything the request asks for. */
  readonly error: KafkaErrorName;
  /** How many requests to refuse. @default 1 */
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
    const armed: Armed = { fault, left: whole("times", fault.times ?? 1, 1) };
    this.#armed.add(armed);
    return () => this.#armed.delete(armed);
  }

  /** The error to answer this request with, which is then used up; undefined for none. */
  take(api: string, nodeId: number): number | undefined {
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (fault.api !== api || (fault.nodeId !== undefined && fault.nodeId !== nodeId)) continue;
      armed.left -= 1;
      if (armed.left === 0) this.#armed.delete(armed);
      return kafkaErrorNamed(fault.error).code;
    }
    return undefined;
  }
}
