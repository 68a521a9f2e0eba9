import { layer } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import {
  FrameTooLargeError,
  MalformedFrameError,
  MalformedMessageError,
  RecordsChecksumError,
} from "@pagoda/kafka/protocol";
import type { Connection } from "@pagoda/tcp";

import type { KafkaMetrics } from "./kafka-metrics.ts";

/** Why a frame could not be read, as a label. */
export type CodecErrorReason =
  | "truncated"
  | "oversize"
  | "bad_length"
  | "bad_utf8"
  | "crc"
  | "trailing_bytes";

/** Undefined for an error that is no frame's. */
export function codecErrorReason(error: unknown): CodecErrorReason | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof FrameTooLargeError) return "oversize";
    if (at instanceof RecordsChecksumError) return "crc";
    if (at instanceof MalformedFrameError || at instanceof MalformedMessageError) return byWords(at);
  }
  return undefined;
}

function byWords({ message }: Error): CodecErrorReason {
  if (message.includes("left over")) return "trailing_bytes";
  return /missing|needed|bytes left/.test(message) ? "truncated" : "bad_length";
}

export interface CodecErrorsOptions {
  readonly metrics: { readonly kafka: KafkaMetrics };
}

/**
 * Counts the frames that ended a client's connection because they could not be read. Right outside of
 * `serveKafka`.
 */
export function codecErrors<C extends Connection>({ metrics }: CodecErrorsOptions): SameLayer<C, void> {
  return layer("codecErrors", (inner) => (connection: C, cx) => {
    const served = inner.call(connection, cx);
    served.catch((error: unknown) => metrics.kafka.codecError(connection.listener, "client", error));
    return served;
  });
}
