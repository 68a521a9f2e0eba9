import { classify } from "@pagoda/core";
import { KafkaApiError, noResponse } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaResponse } from "@pagoda/kafka";
import {
  errorsOf,
  kafkaErrorOf,
  readResponseFrame,
  skimFetchResponse,
  skimProduceResponse,
  skimShareFetchResponse,
} from "@pagoda/kafka/protocol";
import type { AnyApi, SkimmedPartition } from "@pagoda/kafka/protocol";

/** Largest response that is decoded to find out whether it reports an error. */
const mostDecodedBytes = 16_384;

type Skim = (bytes: Uint8Array, version: number, each: (partition: SkimmedPartition) => void) => object;

/** Responses with records, or on the hot path: not decoded. */
const skims: Readonly<Record<number, Skim>> = {
  0: skimProduceResponse,
  1: skimFetchResponse,
  78: skimShareFetchResponse,
};

let found = 0;
function note({ errorCode }: SkimmedPartition): void {
  if (found === 0) found = errorCode;
}

/**
 * The first error that an answer reports, as Kafka's code; 0 for none. Read from the bytes without
 * decoding, or from a body that is small or was decoded already: one that is big and untouched, or
 * still arriving, is taken for a success.
 * @throws MalformedMessageError
 */
export function errorCodeOf(answer: KafkaAnswer): number {
  if (answer === noResponse || !answer.whole || answer.api === null) return 0;
  const skim = answer.untouched ? skims[answer.apiKey] : undefined;
  if (skim !== undefined) return skimmed(answer, answer.api, skim);
  if (answer.untouched && answer.byteLength > mostDecodedBytes) return 0;
  return errorsOf(answer.body)[0]?.code ?? 0;
}

function skimmed(answer: KafkaResponse, api: AnyApi, skim: Skim): number {
  found = 0;
  const head = skim(bodyOf(answer, api), answer.apiVersion, note);
  const whole = (head as { readonly errorCode?: number }).errorCode ?? 0;
  return whole === 0 ? found : whole;
}

/** Behind the size, the correlation id and, in flexible versions, tagged fields, of which there are none. */
function bodyOf(answer: KafkaResponse, api: AnyApi): Uint8Array {
  const frame = answer.toFrame(answer.correlationId);
  const flexible = api.responseHeaderVersion(answer.apiVersion) > 0;
  if (flexible && frame[8] !== 0) {
    const { bytes, bodyOffset } = readResponseFrame(frame.subarray(4), api, answer.apiVersion);
    return bytes.subarray(bodyOffset);
  }
  const offset = flexible ? 9 : 8;
  // Not `subarray`, which costs several times that.
  return new Uint8Array(frame.buffer, frame.byteOffset + offset, frame.length - offset);
}

/** The name that `error.type` has for one of Kafka's codes. */
export function errorTypeOf(code: number): string {
  return kafkaErrorOf(code).name;
}

/** The same for a call that failed: what the client is told if a layer said so, else our stable code. */
export function failureTypeOf(failure: unknown): string {
  for (let at = failure; at instanceof Error; at = at.cause) {
    if (at instanceof KafkaApiError) return at.error;
  }
  return classify(failure).code;
}
