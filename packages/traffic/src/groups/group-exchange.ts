import type { KafkaRequest, KafkaResponse } from "@pagoda/kafka";

import type { Group, Told } from "./group.ts";
import type { Origin } from "./members.ts";

/** A request of a group API with its answer, and where to write down what they say. */
export interface GroupExchange {
  readonly request: KafkaRequest;
  readonly answer: KafkaResponse;
  readonly origin: Origin;
  readonly times: Pick<Told, "atMs" | "nowMs" | "durationMs">;
  /** The group of that id, where it has been seen. */
  known(id: string): Group | undefined;
  /** The same; from now on it has been seen, unless there are too many. */
  open(id: string): Group | undefined;
  drop(id: string): void;
  /** The name of a topic by what a message has of it; undefined where nobody knows. */
  topicOf(topic: { readonly name: string; readonly topicId?: string }): string | undefined;
}

export function toldOf(exchange: GroupExchange, memberId: string, errorCode: number): Told {
  return { ...exchange.times, memberId, client: exchange.origin.client, errorCode };
}

/** The first error code of several that is one; 0 without any. */
export function firstError(codes: Iterable<number>): number {
  for (const code of codes) if (code !== 0) return code;
  return 0;
}
